"""A proxy between the functions and the local AWS that answers wrongly, as AWS sometimes does.

microburst reads the services' own descriptions, so botocore takes its faults for AWS's.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local.http import http
from infra.local.processes import Child, Program, free_port, start, wait_until
from infra.local.stack import LocalStack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

START_TIMEOUT_S: Final = 30.0
STOP_TIMEOUT_S: Final = 5.0
AWS: Final = ("dynamodb", "sqs", "events", "secretsmanager")
THROTTLED: Final = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sqs": "RequestThrottled",
    "events": "ThrottlingException",
    "secretsmanager": "ThrottlingException",
}
BROKEN: Final = "InternalServerError"
Rule = dict[str, Any]


def throttled(probability: float) -> list[Rule]:
    """Refused before anything happened, as every service says it."""
    return [_rule(s, probability, error={"code": code}) for s, code in THROTTLED.items()]


def broken(probability: float) -> list[Rule]:
    """5xx before anything happened."""
    fault = {"code": BROKEN, "status": 500}
    return [_rule(service, probability, error=fault) for service in AWS]


def cut_before(probability: float) -> list[Rule]:
    """The connection is reset, and nothing happened."""
    return [_rule(service, probability, reset=True) for service in AWS]


def lost_after(probability: float) -> list[Rule]:
    """It happened, but the answer never arrives."""
    return [_rule(service, probability, response={"abort_bytes": 0}) for service in AWS]


def _rule(service: str, probability: float, **fault: Any) -> Rule:
    return {"service": service, "probability": probability, **fault}


KINDS: Final = {
    "throttled": throttled,
    "5xx": broken,
    "reset before": cut_before,
    "lost after": lost_after,
}


def _kind(action: str) -> str:
    """The name in KINDS of what the proxy says it did. Raises KeyError for anything else."""
    what, _, how = action.partition(":")
    if what == "error":
        return "5xx" if BROKEN in how else "throttled"
    return {"reset": "reset before", "response": "lost after"}[what]


@dataclass
class Storm:
    """The proxy. `begin` makes a stack's functions use it; without rules it changes nothing."""

    stack: LocalStack
    _child: Child | None = field(default=None, init=False)
    _url: str = field(default="", init=False)
    _services: dict[int, str] = field(default_factory=dict, init=False)  # of each rule

    def begin(self) -> None:
        """Start it, and send every function's calls through it."""
        port = free_port()
        self._url = f"http://127.0.0.1:{port}"
        tool = Path(sys.executable).with_name("microburst")
        options = ["--host", "127.0.0.1", "--port", str(port), "--no-resign"]
        program = Program(
            name=tool.name,
            command=[str(tool), "--upstream", self.stack.aws.endpoint, *options],
            environment=dict(os.environ),
            directory=self.stack.home.directory,
            log=self.stack.home.log(tool.name),
            marker=tool.name,
        )
        self._child = start(program)
        wait_until(self._answers, self._child, START_TIMEOUT_S)
        self._send_calls_through()

    def end(self) -> None:
        if self._child:
            self._child.stop(STOP_TIMEOUT_S)

    def _answers(self) -> bool:
        try:
            return self._control("GET", "health").is_success
        except httpx.TransportError:
            return False

    def _send_calls_through(self) -> None:
        functions: LambdaClient = self.stack.client("lambda")
        for function in functions.list_functions()["Functions"]:
            variables = function["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": self._url}
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], Environment={"Variables": variables}
            )

    def blow(self, *rules: list[Rule]) -> None:
        """From now on these faults."""
        told = self._control("POST", "rules", [rule for some in rules for rule in some]).json()
        self._services |= {rule["id"]: rule["service"] for rule in told}

    def calm(self) -> None:
        """No faults any more."""
        self._control("POST", "rules", [])

    def fired(self) -> Counter[tuple[str, str]]:
        """How often each kind of fault was met so far, by kind and service.

        By rule, because the proxy's list of single faults forgets the oldest.
        """
        rules = self._control("GET", "stats").json()["by_rule"]
        met: Counter[tuple[str, str]] = Counter()
        for rule in rules:
            met[_kind(rule["describe"]), self._services[rule["id"]]] += rule["fired"]
        return met

    def _control(self, method: str, path: str, body: object = None) -> httpx.Response:
        answer = http().request(method, f"{self._url}/_microburst/{path}", json=body)
        answer.raise_for_status()
        return answer
