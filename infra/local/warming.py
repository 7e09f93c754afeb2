"""Start a process of every function, so that the first payment need not wait for one."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.clients import LocalAws
from infra.local.processes import LocalError

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# Events with nothing to do in them.
EMPTY_BATCH: Final[dict[str, Any]] = {"Records": []}
NO_OPERATION: Final = {"httpMethod": "GET", "resource": "/", "path": "/", "requestContext": {}}
LOG_LINES_MAX: Final = 15


@dataclass(frozen=True, slots=True)
class FailedStart:
    """A function that did not start, or did not handle an event with nothing to do in it."""

    function: str
    reason: str
    log: tuple[str, ...] = ()

    def __str__(self) -> str:
        log = "".join(f"\n    {line}" for line in self.log[-LOG_LINES_MAX:])
        return f"{self.function}: {self.reason}{log}"


def warm_up(aws: LocalAws) -> None:
    """Start every function. Raises LocalError with the reason and the log of each that fails."""
    functions: LambdaClient = aws.client("lambda")
    names = sorted(one["FunctionName"] for one in functions.list_functions()["Functions"])
    with ThreadPoolExecutor() as pool:
        failed = [f for f in pool.map(lambda name: _start(functions, name), names) if f]
    if failed:
        raise LocalError(explained(failed, len(names)))


def explained(failed: Sequence[FailedStart], functions: int) -> str:
    """The message of the error."""
    title = f"{len(failed)} of {functions} functions did not start:"
    return "\n".join([title, *(f"  {one}" for one in failed)])


def _start(functions: LambdaClient, name: str) -> FailedStart | None:
    nothing = NO_OPERATION if name.endswith("-api") else EMPTY_BATCH
    payload = json.dumps(nothing).encode()
    try:
        answer = functions.invoke(FunctionName=name, Payload=payload, LogType="Tail")
    except (BotoCoreError, ClientError) as error:
        return FailedStart(name, f"it could not be invoked: {error}")
    if not answer.get("FunctionError"):
        return None
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    return failure(name, json.loads(answer["Payload"].read()), log)


def failure(name: str, error: dict[str, Any], log: str) -> FailedStart:
    """Return the last line of a function's error as the reason, and the lines before as its log."""
    lines = [line for line in str(error.get("errorMessage", "")).splitlines() if line.strip()]
    reason = lines[-1].strip() if lines else str(error.get("errorType", "no reason was reported"))
    return FailedStart(name, reason, (*lines[:-1], *log.splitlines()))
