"""A change set: made, shown, executed, and followed to its end, with every failure named."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws, DeployError
from infra.deploy.progress import event_ids, follow

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import ChangeSetTypeType
    from mypy_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ParameterTypeDef,
        StackTypeDef,
    )

Progress = Callable[[str], None]
CHANGE_SET_TIMEOUT_S = 600
NOTHING_TO_DO = ("didn't contain changes", "no updates are to be performed")
NOT_THERE_YET = frozenset({"REVIEW_IN_PROGRESS", "DELETE_COMPLETE"})


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack by its name, and how often to ask how it is doing."""

    aws: Aws
    name: str
    poll_s: float = 2.0

    def describe(self) -> StackTypeDef | None:
        """What CloudFormation knows of it; None when it does not exist."""
        try:
            return self.aws.cloudformation.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def outputs(self) -> dict[str, str]:
        """Its outputs by key; empty when it does not exist."""
        described = self.describe()
        outputs = described.get("Outputs", []) if described else []
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the stack is to become. `declared` is the template's own list of parameters."""

    template_url: str
    declared: Mapping[str, Mapping[str, object]]
    parameters: Mapping[str, str]


def apply(stack: Stack, wanted: Wanted, progress: Progress) -> bool:
    """Bring the stack to what is wanted. False: it is that already. Raises DeployError."""
    existing = stack.describe()
    kind = _kind(stack, existing)
    name = f"deploy-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}"
    progress(f"{'creating' if kind == 'CREATE' else 'updating'} {stack.name} by change set {name}")
    stack.aws.cloudformation.create_change_set(
        StackName=stack.name,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateURL=wanted.template_url,
        Parameters=_parameters(wanted, existing if kind == "UPDATE" else None),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Tags=[{"Key": "application", "Value": "payments"}],
    )
    change_set = _wait_for_change_set(stack, name)
    if change_set is None:
        stack.aws.cloudformation.delete_change_set(StackName=stack.name, ChangeSetName=name)
        return False
    _show(change_set, progress)
    seen = event_ids(stack.aws.cloudformation, stack.name)
    stack.aws.cloudformation.execute_change_set(StackName=stack.name, ChangeSetName=name)
    follow(stack.aws.cloudformation, stack.name, seen, stack.poll_s, progress)
    return True


def _kind(stack: Stack, existing: StackTypeDef | None) -> ChangeSetTypeType:
    if existing is None or existing["StackStatus"] in NOT_THERE_YET:
        return "CREATE"
    status = existing["StackStatus"]
    if status == "ROLLBACK_COMPLETE":
        raise DeployError(
            f"The first deployment of {stack.name} failed and left only its record. Fix: "
            f"aws cloudformation delete-stack --stack-name {stack.name}, then deploy again."
        )
    if status.endswith("_IN_PROGRESS"):
        raise DeployError(f"{stack.name} is {status}: wait until that ends, then deploy again.")
    return "UPDATE"


def _parameters(wanted: Wanted, existing: StackTypeDef | None) -> list[ParameterTypeDef]:
    """What was given; for the rest what the stack has already, or else the template's default."""
    unknown = sorted(wanted.parameters.keys() - wanted.declared.keys())
    if unknown:
        raise DeployError(f"The template has no parameter {', '.join(unknown)}.")
    known = {p["ParameterKey"] for p in existing.get("Parameters", [])} if existing else set()
    kept = (wanted.declared.keys() - wanted.parameters.keys()) & known
    open_ones = wanted.declared.keys() - wanted.parameters.keys() - kept
    missing = sorted(name for name in open_ones if "Default" not in wanted.declared[name])
    if missing:
        options = " ".join(f"--parameter {name}=..." for name in missing)
        raise DeployError(f"The first deployment of a stage needs: ARGS='{options}'.")
    given: list[ParameterTypeDef] = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in wanted.parameters.items()
    ]
    given += [{"ParameterKey": key, "UsePreviousValue": True} for key in sorted(kept)]
    return given


def _wait_for_change_set(stack: Stack, name: str) -> DescribeChangeSetOutputTypeDef | None:
    """The change set when it is ready; None when it changes nothing. Raises DeployError."""
    deadline_s = time.monotonic() + CHANGE_SET_TIMEOUT_S
    while time.monotonic() < deadline_s:
        described = stack.aws.cloudformation.describe_change_set(
            StackName=stack.name, ChangeSetName=name
        )
        if described["Status"] == "CREATE_COMPLETE":
            return described
        if described["Status"] == "FAILED":
            reason = described.get("StatusReason", "no reason given")
            if any(words in reason.lower() for words in NOTHING_TO_DO):
                return None
            raise DeployError(f"Change set {name} failed: {reason}")
        time.sleep(stack.poll_s)
    raise DeployError(f"Change set {name} was not ready after {CHANGE_SET_TIMEOUT_S} s.")


def _show(change_set: DescribeChangeSetOutputTypeDef, progress: Progress) -> None:
    """Report how many resources change, and name the ones that are lost: deleted or replaced."""
    changes = [change["ResourceChange"] for change in change_set.get("Changes", [])]
    actions = [change["Action"] for change in changes]
    progress(", ".join(f"{actions.count(a)} to {a.lower()}" for a in sorted(set(actions))))
    for change in changes:
        if change["Action"] == "Remove" or change.get("Replacement") == "True":
            fate = "is removed" if change["Action"] == "Remove" else "is replaced"
            progress(f"  {change['LogicalResourceId']} ({change['ResourceType']}) {fate}")
