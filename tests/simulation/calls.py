"""Every AWS call of a handler: it waits, meets its fault, and reaches the cloud in one step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from random import Random
from typing import Any, Final

from botocore.client import BaseClient
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from tests.simulation.call_sites import Trace
from tests.simulation.cloud.dynamodb import cancelled
from tests.simulation.cloud.errors import answered, refused
from tests.simulation.cloud.stack import PREFIX, Cloud
from tests.simulation.faults import AFTER, CONFLICTS, Fault, Plan, around_call
from tests.simulation.kernel import CrashedError, Kernel
from tests.simulation.streams import Streams

LATE_MAX_S: Final = 60.0
SLOW_MAX_S: Final = 60.0
THROTTLED: Final = {
    "dynamodb": ("ThrottlingException", "ProvisionedThroughputExceededException"),
    "sqs": ("RequestThrottled", "ThrottlingException"),
    "events": ("ThrottlingException", "LimitExceededException"),
    "secretsmanager": ("ThrottlingException", "InternalServiceError"),
}
PARTIAL_CODES: Final = ("ThrottlingException", "InternalFailure")
SERVER_ERROR: Final = 500


class Calls:
    """Answers botocore in place of AWS."""

    def __init__(self, kernel: Kernel, cloud: Cloud, plan: Plan, streams: Streams) -> None:
        self._kernel, self._cloud, self._plan, self._streams = kernel, cloud, plan, streams
        self.count: Counter[str] = Counter()
        self.trace: Trace | None = None

    @property
    def caller(self) -> str:
        """The function that is running (empty: a test)."""
        return self._kernel.task.name if self._kernel.task else ""

    def call(self, service: str, operation: str, parameters: dict[str, Any]) -> Any:
        """Answer a call. Raises what botocore raises."""
        on = target(operation, parameters)
        site = f"{self.caller or 'test'} {operation} {on}"
        self._kernel.pause(self._streams.latency_s(site))
        task = self._kernel.task
        self.count[site] += 1
        if task and operation == "BatchGetItem" and task.read_s is None:
            task.read_s = self._kernel.now_s
        possible = around_call(operation, on)
        fault = self._plan.at(site, possible)
        if self.trace is not None:
            self.trace.note(fault.kind if fault else "", possible)
        try:
            if fault is None:
                return self._cloud.call(service, operation, parameters)
            return self._faulty(fault, service, operation, parameters)
        finally:
            if task and operation in CONFLICTS:
                task.read_s = None

    def _faulty(self, fault: Fault, service: str, operation: str, p: dict[str, Any]) -> Any:
        if fault.kind in ("stale", "partial"):
            return self._imperfect(fault, service, operation, p)
        if fault.kind in AFTER and fault.kind != "late":
            return self._applied(fault, service, operation, p)
        if fault.kind == "slow":
            self._kernel.pause(SLOW_MAX_S * fault.size)
            return self._cloud.call(service, operation, p)
        raise self._before(fault, service, operation, p)

    def _before(
        self, fault: Fault, service: str, operation: str, p: dict[str, Any]
    ) -> BaseException:
        """Return the error of a call that is not executed, or not yet."""
        match fault.kind:
            case "throttle" if operation == "TransactWriteItems" and fault.size < 0.5:
                return conflict(p, "ThrottlingError", fault.size)
            case "throttle":
                return throttled(service, operation, fault.size)
            case "unreachable":
                return EndpointConnectionError(endpoint_url=service)
            case "conflict" if operation == "TransactWriteItems":
                return conflict(p, "TransactionConflict", fault.size)
            case "conflict":
                return refused(operation, "TransactionConflictException", "is ongoing")
            case "late":
                self._kernel.at(LATE_MAX_S * fault.size, lambda: self._land(service, operation, p))
                return ReadTimeoutError(endpoint_url=service)
            case _:
                return CrashedError(fault.site)

    def _applied(self, fault: Fault, service: str, operation: str, p: dict[str, Any]) -> Any:
        """Execute the call in the cloud, but lose or repeat its answer."""
        if operation == "TransactWriteItems":
            p = {**p, "ClientRequestToken": f"{fault.site}#{fault.nth}"}
        try:
            self._cloud.call(service, operation, p)
        except Exception:
            if fault.kind == "crash-after":
                raise CrashedError(fault.site) from None
            raise
        if fault.kind == "crash-after":
            raise CrashedError(fault.site)
        if fault.kind == "lost":
            raise ReadTimeoutError(endpoint_url=service)
        # botocore repeats a call whose answer it did not get
        return self._cloud.call(service, operation, p)

    def _land(self, service: str, operation: str, p: dict[str, Any]) -> None:
        """Execute a call whose caller has given up long ago."""
        try:
            self._cloud.call(service, operation, p)
        except Exception as error:
            if not hasattr(error, "response"):
                raise

    def _imperfect(self, fault: Fault, service: str, operation: str, p: dict[str, Any]) -> Any:
        if fault.kind == "stale":
            self._cloud.dynamodb.stale = True
            try:
                return self._cloud.call(service, operation, p)
            finally:
                self._cloud.dynamodb.stale = False
        if operation == "PutEvents":
            refuse = {n: PARTIAL_CODES[n % 2] for n in left_out(len(p["Entries"]), fault.size)}
            return self._cloud.events.call(operation, p, refuse)
        return self._some(fault, p)

    def _some(self, fault: Fault, p: dict[str, Any]) -> Any:
        """Answer part of a BatchGetItem; the other keys are reported as unprocessed."""
        ((table, request),) = p["RequestItems"].items()
        keys = request["Keys"]
        out = left_out(len(keys), fault.size)
        left = {table: {**request, "Keys": [keys[n] for n in sorted(out)]}}
        taken = [key for n, key in enumerate(keys) if n not in out]
        if not taken:
            return {"Responses": {}, "UnprocessedKeys": left}
        some = {"RequestItems": {table: {**request, "Keys": taken}}}
        return self._cloud.call("dynamodb", "BatchGetItem", some) | {"UnprocessedKeys": left}


def target(operation: str, p: dict[str, Any]) -> str:
    """Return the resource that a call acts on, without the stack's prefix."""
    match operation:
        case "TransactWriteItems":
            (write,) = p["TransactItems"][0].values()
            name = write["TableName"]
        case "BatchGetItem":
            name = next(iter(p["RequestItems"]))
        case "SendMessage" | "ChangeMessageVisibility":
            name = p["QueueUrl"].rpartition("/")[2]
        case "PutEvents":
            name = p["Entries"][0]["EventBusName"]
        case "GetSecretValue":
            name = p["SecretId"]
        case _:
            name = p["TableName"]
    return str(name.removeprefix(f"{PREFIX}-"))


def throttled(service: str, operation: str, size: float) -> Exception:
    codes = THROTTLED[service]
    which = int(size * (len(codes) + 1))
    if which == len(codes):
        return answered(operation, "InternalServerError", "try again", status=SERVER_ERROR)
    return refused(operation, codes[which], "Rate exceeded")


def left_out(count: int, size: float) -> set[int]:
    """Return which of `count` entries a partial answer leaves out: at least one."""
    return set(Random(size).sample(range(count), count - int(size * count)))


def conflict(p: dict[str, Any], code: str, size: float) -> Exception:
    """Return a cancelled transaction; every other reason is a concurrent write."""
    reasons = [{"Code": "None"} for _ in p["TransactItems"]]
    codes = cycle((code, "TransactionConflict"))
    for n in left_out(len(reasons), size):
        reasons[n] = {"Code": next(codes), "Message": "try again"}
    return cancelled("TransactWriteItems", reasons)


@contextmanager
def replacing_aws(call: Callable[[str, str, dict[str, Any]], Any]) -> Iterator[None]:
    """Make every botocore client of this process ask `call` instead of AWS."""
    client_class: Any = BaseClient
    real = client_class._make_api_call

    def asked(client: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        return call(client.meta.service_model.service_name, operation, parameters)

    client_class._make_api_call = asked
    try:
        yield
    finally:
        client_class._make_api_call = real
