"""`make demo`: pay once in each way a payment can end, and show each journey as a timeline."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import httpx

from infra.local import home, people
from infra.local.clients import LocalAws
from infra.local.home import Home, Running
from infra.local.http import http
from infra.local.stack import PREFIX
from infra.local.tap import Sighting, Tap

PATIENCE_S = 90
# Nobody watches a demo for a quarter of an hour.
EXPIRY_WORTH_WAITING_S = 60
ENDS: Final = frozenset({"payment.completed", "payment.failed"})


@dataclass(frozen=True, slots=True)
class Case:
    """One way to end. `reason` is the failure code; None means completed."""

    title: str
    payee: str
    reason: str | None = None
    value: int = 100
    currency: str = "USD"

    @property
    def expected(self) -> str:
        return f"payment.failed ({self.reason})" if self.reason else "payment.completed"


CASES: Final = (
    Case("approved", "coffee-shop-42"),
    Case("approved after some seconds", "payee_slow"),
    Case("declined", "payee_decline_do_not_honor", "do_not_honor"),
    Case("more than the wallet holds", "coffee-shop-42", "insufficient_funds", 99_999_999),
    Case("no wallet in this currency", "coffee-shop-42", "wallet_not_found", currency="CHF"),
    Case("the gateway is silent before it charges", "payee_timeout_before_charge"),
    Case("the gateway is silent after it charged", "payee_timeout_after_charge"),
    Case("silent after it declined", "payee_timeout_after_decline", "do_not_honor"),
    Case("the charge arrives late", "payee_late_charge"),
    Case("the answer is lost after charging", "payee_answer_lost"),
    Case("the gateway answers 5xx before it charges", "payee_error_before_charge"),
    Case("the gateway answers 5xx after it charged", "payee_error_after_charge"),
    Case("the answer is cut off", "payee_malformed_answer"),
    Case("the answer breaks the contract", "payee_wrong_answer"),
    Case("the gateway receives the request twice", "payee_duplicate_request"),
)
NEVER: Final = Case("the gateway never answers", "payee_never_answers", "reservation_expired")


@dataclass(slots=True)
class Journey:
    """A payment: when it was sent, and its events so far."""

    case: Case
    payment_id: str
    sent_at: datetime
    sightings: list[Sighting] = field(default_factory=list)

    @property
    def end(self) -> str | None:
        """The last event, as `Case.expected` writes it; None before that."""
        for seen in self.sightings:
            if seen.type in ENDS:
                return f"{seen.type} ({seen.reason})" if seen.reason else seen.type
        return None


def demo(running: Running) -> int:
    """Returns 0 when every payment ended as it should."""
    aws = LocalAws(running.endpoint)
    token = people.token(aws, Home(home.DEFAULT), running.outputs, "alice")
    tap = Tap(aws, running.outputs["EventBusName"], f"{PREFIX}-demo-{uuid.uuid4().hex[:8]}")
    tap.open()
    try:
        cases, patience_s = _cases(running.expiry_s)
        journeys = {one.payment_id: one for one in _send(running.base_url, token, cases)}
        for journey in _ended(tap, journeys, patience_s):
            _write(timeline(journey))
    finally:
        tap.close()
    return _verdict(list(journeys.values()))


def _cases(expiry_s: int) -> tuple[tuple[Case, ...], int]:
    if expiry_s <= EXPIRY_WORTH_WAITING_S:
        return (*CASES, NEVER), PATIENCE_S + expiry_s
    _write(
        f"Left out: {NEVER.title}. That payment ends after {expiry_s} s; "
        "make run EXPIRY_S=10 lets you see it.\n"
    )
    return CASES, PATIENCE_S


def _send(base_url: str, token: str, cases: tuple[Case, ...]) -> Iterator[Journey]:
    _write(f"Sending {len(cases)} payments of alice.\n")
    for case in cases:
        sent_at = datetime.now(UTC)
        answer = http().post(
            f"{base_url}/payments",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
            json={
                "amount": {"value": case.value, "currency": case.currency},
                "payee": case.payee,
            },
        )
        if answer.status_code == httpx.codes.CREATED:
            yield Journey(case, answer.json()["payment_id"], sent_at)
        else:
            _write(f"{case.title}: refused with {answer.status_code}: {answer.text}\n")


def _ended(tap: Tap, journeys: dict[str, Journey], patience_s: int) -> Iterator[Journey]:
    """The journeys in the order in which they end, as long as patience lasts."""
    open_ones = set(journeys)
    deadline_s = time.monotonic() + patience_s
    for seen in tap.passing():
        if seen and seen.subject in journeys:
            journey = journeys[seen.subject]
            journey.sightings.append(seen)
            if journey.end and seen.subject in open_ones:
                open_ones.discard(seen.subject)
                yield journey
        if not open_ones or time.monotonic() > deadline_s:
            return


def timeline(journey: Journey) -> str:
    """The events of one payment, with the seconds since it was sent."""
    lines = [f"\n{journey.case.title}: {journey.payment_id} to {journey.case.payee}"]
    for seen in sorted(journey.sightings, key=lambda one: one.time):
        after_s = (seen.time - journey.sent_at).total_seconds()
        what = f"{seen.type} ({seen.reason})" if seen.reason else seen.type
        receivers = ", ".join(seen.receivers) or "no consumer"
        lines.append(f"  {after_s:+7.2f} s  {what:<44}  {seen.source} → {receivers}")
    return "\n".join(lines) + "\n"


def _verdict(journeys: list[Journey]) -> int:
    _write("\n")
    wrong = [one for one in journeys if one.end != one.case.expected]
    for one in wrong:
        _write(f"NOT AS EXPECTED: {one.case.title}: {one.end or 'has not ended'}, ")
        _write(f"expected {one.case.expected} ({one.payment_id})\n")
    _write(f"{len(journeys) - len(wrong)} of {len(journeys)} payments ended as expected.\n")
    return 1 if wrong else 0


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
