"""A proxy between the functions and the local AWS that fails, throttles and loses answers.

microburst reads the services' own descriptions, so botocore takes its faults for AWS's.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local import ministack
from infra.local.http import http
from infra.local.processes import Child, Program, free_port, start, wait_until
from infra.local.stack import LocalStack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

TOOL: Final = Path(sys.executable).with_name("microburst")
START_TIMEOUT_S: Final = 30.0
STOP_TIMEOUT_S: Final = 5.0
THROTTLED: Final = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sqs": "RequestThrottled",
    "events": "ThrottlingException",
    "secretsmanager": "ThrottlingException",
}
# Fault profile → the fault in each call to a service. Nothing happens but in the last one, where
# only the answer is lost.
PROFILES: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "throttled": lambda service: {"error": {"code": THROTTLED[service]}},
    "5xx": lambda _: {"error": {"code": "InternalServerError", "status": 500}},
    "reset before": lambda _: {"reset": True},
    "lost after": lambda _: {"response": {"abort_bytes": 0}},
}


@dataclass(slots=True)
class FaultProxy:
    """The proxy in front of a stack's AWS; without rules it changes nothing."""

    url: str
    _causes: dict[int, tuple[str, str]] = field(default_factory=dict)  # profile, service of a rule

    def inject(self, profiles: Iterable[str], probability: float) -> None:
        """Cause these faults from now on, each with this probability per call to AWS."""
        causes = [(profile, service) for profile in profiles for service in THROTTLED]
        rules = [
            {"service": service, "probability": probability, **PROFILES[profile](service)}
            for profile, service in causes
        ]
        accepted = self._control("POST", "rules", rules).json()
        self._causes |= {rule["id"]: cause for rule, cause in zip(accepted, causes, strict=True)}

    def clear(self) -> None:
        """Cause no fault any more."""
        self._control("POST", "rules", [])

    def fired(self) -> Counter[tuple[str, str]]:
        """Return how often each fault happened so far, by profile and service.

        By rule, because the proxy's list of single faults forgets the oldest.
        """
        fired: Counter[tuple[str, str]] = Counter()
        for rule in self._control("GET", "stats").json()["by_rule"]:
            fired[self._causes[rule["id"]]] += rule["fired"]
        return fired

    def _control(self, method: str, path: str, body: object = None) -> httpx.Response:
        answer = http().request(method, f"{self.url}/_microburst/{path}", json=body)
        return answer.raise_for_status()


@contextmanager
def fault_proxy(stack: LocalStack) -> Iterator[FaultProxy]:
    """Run the proxy, and send every call of the stack's functions through it."""
    proxy = FaultProxy(f"http://127.0.0.1:{free_port()}")
    child = _started(stack, proxy.url.rpartition(":")[2])
    try:
        health = f"{proxy.url}/_microburst/health"
        wait_until(lambda: ministack.answers(health), child, START_TIMEOUT_S)
        _send_calls_through(stack, proxy.url)
        stack.warm_up()
        yield proxy
    finally:
        child.stop(STOP_TIMEOUT_S)


def _started(stack: LocalStack, port: str) -> Child:
    options = ["--host", "127.0.0.1", "--port", port, "--no-resign"]
    program = Program(
        name=TOOL.name,
        command=[str(TOOL), "--upstream", stack.aws.endpoint, *options],
        environment=dict(os.environ),
        directory=stack.home.directory,
        log=stack.home.log(TOOL.name),
        marker=TOOL.name,
    )
    return start(program)


def _send_calls_through(stack: LocalStack, url: str) -> None:
    functions: LambdaClient = stack.client("lambda")
    for function in functions.list_functions()["Functions"]:
        variables = function["Environment"]["Variables"] | {"AWS_ENDPOINT_URL": url}
        functions.update_function_configuration(
            FunctionName=function["FunctionName"], Environment={"Variables": variables}
        )
