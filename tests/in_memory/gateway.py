"""The gateway of all tests in memory: it keeps its contract, over a connection that loses calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    ChargeRequest,
    Declined,
    Gateway,
    NotFound,
    Unknown,
)

Fault = Literal["none", "request lost", "answer lost"]
NO_FAULT: Final[Fault] = "none"
REQUEST_LOST: Final[Fault] = "request lost"  # it does not arrive
ANSWER_LOST: Final[Fault] = "answer lost"  # the gateway acts, its answer does not arrive

DECLINING: Final = "declining-payee"
SILENT: Final = "silent-payee"  # no charge of it ever arrives


@dataclass
class FakeGateway(Gateway):
    """Decides each key once: `verdict`, but DECLINING is declined and SILENT gets no answer.

    `faults` holds the fault of each call to come; `calls` keeps the operations that were called.
    """

    verdict: Answer = field(default_factory=lambda: Approved("ch_1"))
    faults: list[Fault] = field(default_factory=list)
    outcomes: dict[str, Answer] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    @property
    def charges(self) -> int:
        """How many keys were charged."""
        return sum(isinstance(outcome, Approved) for outcome in self.outcomes.values())

    def charge(self, request: ChargeRequest) -> Answer:
        return self._answer("charge", request)

    def inquire(self, request: ChargeRequest) -> Answer:
        return self._answer("inquire", request)

    def cancel(self, request: ChargeRequest) -> Answer:
        return self._answer("cancel", request)

    def _answer(self, operation: str, request: ChargeRequest) -> Answer:
        self.calls.append(operation)
        fault = self.faults.pop(0) if self.faults else NO_FAULT
        if operation == "charge" and request.payee == SILENT:
            fault = REQUEST_LOST
        if fault == REQUEST_LOST:
            return Unknown("no answer")
        key = request.idempotency_key
        if operation == "charge":
            declined = request.payee == DECLINING
            self.outcomes.setdefault(key, Declined("do_not_honor") if declined else self.verdict)
        if operation == "cancel":
            self.outcomes.setdefault(key, Cancelled())
        outcome = self.outcomes.get(key, NotFound())
        return Unknown("no answer") if fault == ANSWER_LOST else outcome
