"""A gateway that keeps its contract, over a line that loses what a test says."""

from dataclasses import dataclass, field

from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    ChargeRequest,
    NotFound,
    Unknown,
)

LOST = "lost"  # the gateway acts, its answer does not arrive
UNHEARD = "unheard"  # the request does not arrive


@dataclass
class Books:
    """One verdict for every key; each entry of `line` is the weather of one call."""

    verdict: Answer = field(default_factory=lambda: Approved("ch_9"))
    line: list[str] = field(default_factory=list)
    keys: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    charges: int = 0

    def charge(self, request: ChargeRequest) -> Answer:
        return self._ask("charge", request.idempotency_key)

    def inquire(self, request: ChargeRequest) -> Answer:
        return self._ask("inquire", request.idempotency_key)

    def cancel(self, request: ChargeRequest) -> Answer:
        return self._ask("cancel", request.idempotency_key)

    def _ask(self, question: str, key: str) -> Answer:
        self.asked.append(question)
        weather = self.line.pop(0) if self.line else ""
        if weather == UNHEARD:
            return Unknown("no answer")
        if question == "charge" and key not in self.keys:
            self.keys[key] = self.verdict
            self.charges += isinstance(self.verdict, Approved)
        if question == "cancel":
            self.keys.setdefault(key, Cancelled())
        return Unknown("no answer") if weather == LOST else self.keys.get(key, NotFound())
