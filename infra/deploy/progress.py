"""Follow a stack while CloudFormation works on it: one line per resource, and why it failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from infra.deploy.aws import DeployError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

Progress = Callable[[str], None]
STACK_TIMEOUT_S = 3600
SUCCESS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})
# A resource that was only stopped because another one failed explains nothing.
CONSEQUENCE = "cancelled"


def follow(
    cloudformation: CloudFormationClient,
    stack: str,
    seen: set[str],
    poll_s: float,
    progress: Progress,
) -> None:
    """Report what happens until the stack comes to rest. Raises DeployError unless it succeeded.

    `seen` are the ids of the events that are not this deployment's.
    """
    failures: list[str] = []
    deadline_s = time.monotonic() + STACK_TIMEOUT_S
    while time.monotonic() < deadline_s:
        status = _status(cloudformation, stack)
        for event in _new_events(cloudformation, stack, seen):
            _report_event(event, progress, failures)
        if not status.endswith("_IN_PROGRESS"):
            break
        time.sleep(poll_s)
    else:
        raise DeployError(f"{stack} is still {status} after {STACK_TIMEOUT_S} s; it goes on alone.")
    if status not in SUCCESS:
        reasons = "\n".join(failures) or "  no resource gave a reason"
        raise DeployError(f"{stack} ended as {status}, because of:\n{reasons}")


def event_ids(cloudformation: CloudFormationClient, stack: str) -> set[str]:
    """The ids of the newest events, where a later look can stop."""
    page = cloudformation.describe_stack_events(StackName=stack)
    return {event["EventId"] for event in page["StackEvents"]}


def _status(cloudformation: CloudFormationClient, stack: str) -> str:
    return cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def _new_events(
    cloudformation: CloudFormationClient, stack: str, seen: set[str]
) -> Iterator[StackEventTypeDef]:
    """Events that were not seen yet, oldest first. CloudFormation lists the newest first."""
    fresh: list[StackEventTypeDef] = []
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack):
        unseen = [event for event in page["StackEvents"] if event["EventId"] not in seen]
        fresh += unseen
        if len(unseen) < len(page["StackEvents"]):
            break
    seen.update(event["EventId"] for event in fresh)
    return reversed(fresh)


def _report_event(event: StackEventTypeDef, progress: Progress, failures: list[str]) -> None:
    status = event.get("ResourceStatus", "")
    name = event.get("LogicalResourceId", "")
    line = f"  {status:<28} {event.get('ResourceType', ''):<38} {name}"
    if status.endswith("_FAILED"):
        reason = event.get("ResourceStatusReason", "no reason given")
        line = f"{line}: {reason}"
        if CONSEQUENCE not in reason:
            failures.append(f"  {name}: {reason}")
    if not status.endswith("_IN_PROGRESS"):
        progress(line)
