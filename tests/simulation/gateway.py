"""The external gateway as the handlers' HTTP client sees it, and its ledger of every charge.

It replaces urllib3 inside http_gateway, so the real adapter reads every answer. The contract is
specs/gateway.openapi.yaml.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from urllib3 import Timeout, exceptions

from tests.simulation.call_sites import Trace
from tests.simulation.calls import LATE_MAX_S
from tests.simulation.cloud.stack import GATEWAY_KEY
from tests.simulation.faults import GATEWAY, Fault, Plan
from tests.simulation.kernel import CrashedError, Kernel
from tests.simulation.streams import Streams

URL: Final = "http://127.0.0.1:9"
CREATED_AT: Final = "2026-03-01T12:00:00.000Z"
DECLINES: Final = "decline."  # a payee `decline.<code>` is declined with that code
TIMEOUT_S: Final = 3.0  # of the adapter
PROBLEM: Final = "urn:problem-type:gateway:"


@dataclass(slots=True)
class Ledger:
    """The gateway's ledger: the outcome of each key, and each charge."""

    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: dict[str, Any] = field(default_factory=dict)
    movements: Counter[str] = field(default_factory=Counter)
    on_outcome: Callable[[str], None] = lambda _key: None

    def status(self, key: str) -> str:
        """Return the outcome of a key; `none` until it is final."""
        return str(self.outcomes.get(key, {}).get("status", "none"))

    def charge(self, key: str, body: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.status(key) == "cancelled":
            return 409, problem("key-cancelled", 409)
        if key in self.outcomes and self.requests[key] != body:
            return 422, problem("idempotency-key-reused", 422)
        if key not in self.outcomes:
            self.requests[key] = dict(body)
            self._decide(key, body)
        return 201, self.outcomes[key]

    def _decide(self, key: str, body: Mapping[str, Any]) -> None:
        declined = body["payee"].startswith(DECLINES)
        code = {"decline_code": body["payee"].removeprefix(DECLINES)} if declined else {}
        outcome = {
            "idempotency_key": key,
            "status": "declined" if declined else "approved",
            "charge_id": f"ch_{len(self.outcomes)}x{key[4:12]}",
            "amount": body["amount"],
            "created_at": CREATED_AT,
            **code,
        }
        if not declined:
            self.movements[key] += 1
        self._record(key, outcome)

    def charged(self) -> Counter[str]:
        """Return what was charged, by currency."""
        sums: Counter[str] = Counter()
        for key, times in self.movements.items():
            amount = self.outcomes[key]["amount"]
            sums[amount["currency"]] += times * amount["value"]
        return sums

    def inquire(self, key: str) -> tuple[int, dict[str, Any]]:
        if key not in self.outcomes:
            return 404, problem("charge-not-found", 404)
        return 200, self.outcomes[key]

    def cancel(self, key: str) -> tuple[int, dict[str, Any]]:
        if key not in self.outcomes:
            outcome = {"idempotency_key": key, "status": "cancelled", "created_at": CREATED_AT}
            self._record(key, outcome)
        return 200, self.outcomes[key]

    def _record(self, key: str, outcome: dict[str, Any]) -> None:
        self.outcomes[key] = outcome
        self.on_outcome(key)


class Line:
    """Carries requests to the ledger and answers back, with the faults of a network."""

    def __init__(self, kernel: Kernel, ledger: Ledger, plan: Plan, streams: Streams) -> None:
        self._kernel, self._ledger, self._plan, self._streams = kernel, ledger, plan, streams
        self.count: Counter[str] = Counter()
        self.in_flight: Counter[str] = Counter()  # charge requests that will still arrive, by key
        self.trace: Trace | None = None

    def request(self, method: str, url: str, **sent: Any) -> Response:
        """Answer as urllib3's PoolManager does. Raises its exceptions."""
        asked = _asked(method, url, sent)
        task = self._kernel.task
        site = f"{task.name if task else 'test'} {asked.operation} gateway"
        self._kernel.pause(self._streams.latency_s(site))
        self.count[site] += 1
        fault = self._plan.at(site, GATEWAY)
        if self.trace is not None:
            self.trace.note(fault.kind if fault else "", GATEWAY)
        if fault is None:
            return respond(*self._answer(asked))
        return self._before(fault, asked) or self._after(fault, asked)

    def _answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.authorization != f"Bearer {GATEWAY_KEY}":
            return 401, problem("unauthenticated", 401)
        match asked.operation:
            case "charge":
                return self._ledger.charge(asked.key, asked.body)
            case "inquire":
                return self._ledger.inquire(asked.key)
            case _:
                return self._ledger.cancel(asked.key)

    def _before(self, fault: Fault, asked: Asked) -> Response | None:
        """Raise or answer when the request does not reach the ledger, or not yet."""
        match fault.kind:
            case "refused":
                raise exceptions.ProtocolError("connection refused")
            case "crash-before":
                raise CrashedError(fault.site)
            case "unauthorized":
                return respond(401, problem("unauthenticated", 401))
            case "too-many":
                return respond(429, problem("too-many-requests", 429))
            case "down":
                return respond(503, problem("unavailable", 503))
            case "slow":
                self._kernel.pause(TIMEOUT_S * fault.size)
            case "late":
                self._send_late(fault, asked)
                self._no_answer()
            case _:
                pass
        return None

    def _send_late(self, fault: Fault, asked: Asked) -> None:
        if asked.operation == "charge":
            self.in_flight[asked.key] += 1

        def arrive() -> None:
            if asked.operation == "charge":
                self.in_flight[asked.key] -= 1
            self._answer(asked)

        # Sometimes long after the reservation has expired.
        scale = LATE_MAX_S if fault.size < 0.7 else 25 * LATE_MAX_S
        self._kernel.at(scale * fault.size, arrive)

    def _after(self, fault: Fault, asked: Asked) -> Response:
        """Answer after the ledger is written, but not with what it has."""
        status, document = self._answer(asked)
        match fault.kind:
            case "lost":
                self._no_answer()
            case "crash-after":
                raise CrashedError(fault.site)
            case "broken":
                return respond(500, problem("internal-error", 500))
            case "garbage":
                return garbage(fault.size, status, document)
            case _:
                pass
        return respond(status, document)

    def _no_answer(self) -> None:
        self._kernel.pause(TIMEOUT_S)
        raise exceptions.ReadTimeoutError(None, URL, "no answer")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Asked:
    operation: str
    key: str
    authorization: str
    body: Mapping[str, Any]


def _asked(method: str, url: str, sent: Mapping[str, Any]) -> Asked:
    """Read a request. Raises AssertionError for one that is not in the contract."""
    path = url.removeprefix(f"{URL}/charges").strip("/")
    authorization = sent["headers"]["Authorization"]
    if method == "POST" and not path:
        body = json.loads(sent["body"])
        key = sent["headers"]["Idempotency-Key"]
        assert set(body) == {"amount", "payee", "reference"}, body
        assert body["reference"] == key, body
        return Asked("charge", key, authorization, body)
    if method == "POST":
        assert path.endswith("/cancel"), path
        return Asked("cancel", path.removesuffix("/cancel"), authorization, {})
    assert method == "GET", method
    return Asked("inquire", path, authorization, {})


class Response:
    """The part of urllib3's response that the adapter reads."""

    def __init__(self, status: int, media_type: str, body: bytes) -> None:
        self.status, self.headers = status, {"content-type": media_type}
        self._body = body

    def read1(self, amount: int) -> bytes:
        chunk, self._body = self._body[:amount], self._body[amount:]
        return chunk

    def close(self) -> None:
        return None


def respond(status: int, document: Mapping[str, Any]) -> Response:
    kind = "application/json" if status in (200, 201) else "application/problem+json"
    return Response(status, kind, json.dumps(document).encode())


def problem(slug: str, status: int) -> dict[str, Any]:
    return {"type": f"{PROBLEM}{slug}", "title": slug, "status": status, "detail": slug}


def garbage(size: float, status: int, document: Mapping[str, Any]) -> Response:
    """Return an answer that is almost right, one of several kinds."""
    answer = dict(document)
    swapped = {"approved": "declined", "declined": "approved"}.get(str(answer.get("status")), "x")
    made = (
        Response(200, "text/html", b"<html>It works!</html>"),
        Response(status, "application/json", json.dumps(answer).encode()[:-5]),
        respond(status, _of_another(answer)),
        respond(status, answer | {"amount": {"value": 1, "currency": "XXX"}}),
        respond(
            status, {k: v for k, v in answer.items() if k != "charge_id"} | {"status": swapped}
        ),
        respond(404 if status == 201 else 409, problem("another", 404)),
        Response(status, "application/json", b"{}" * 9000),
        respond(302, {}),
    )
    return made[int(size * len(made))]


def _of_another(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return a valid answer about another payment, with the opposite outcome."""
    other = {**answer, "idempotency_key": "pay_another"}
    if answer.get("status") == "approved":
        return other | {"status": "declined", "decline_code": "do_not_honor"}
    if answer.get("status") == "declined":
        return {name: v for name, v in other.items() if name != "decline_code"} | {
            "status": "approved"
        }
    return other


class Urllib3:
    """The part of urllib3 that http_gateway uses, with `line` in place of the network."""

    Timeout = Timeout
    exceptions = exceptions

    def __init__(self, line: Callable[[], Line]) -> None:
        self._line = line

    def PoolManager(self, **_options: Any) -> Urllib3:
        return self

    def request(self, method: str, url: str, **sent: Any) -> Response:
        return self._line().request(method, url, **sent)

    def clear(self) -> None:
        return None
