"""Payments in DynamoDB: state and outbox in one write, under a condition."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from generated.api.payment_orchestrator import PaymentStatus
from handlers.core.envelope import Cause
from handlers.core.errors import Conflict
from handlers.payment_orchestrator.decisions import created, decide
from handlers.payment_orchestrator.payment import Payment
from handlers.payment_orchestrator.store import QUERIES_MAX, Payments
from tests.builders import (
    ALICE,
    BOB,
    ENVIRONMENT,
    LATER,
    PAY_1,
    a_payment,
    after_deadline,
    deducted,
    money,
    payment_ids,
    released,
)
from tests.runtime.fakes import AnswerLost, Wrapped
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.payment_orchestrator

CAUSE = Cause("cor-1")


@pytest.fixture
def payments(cloud: Cloud) -> Payments:
    return Payments(cloud.dynamodb, ENVIRONMENT["PAYMENTS_TABLE"])


@dataclass
class Counting(Wrapped):
    """A client that counts the calls of each operation."""

    calls: Counter[str] = field(default_factory=Counter)

    def call(self, operation: str, real: Callable[[], Any], request: dict[str, Any]) -> Any:
        self.calls[operation] += 1
        return real()


def fetched(payments: Payments) -> Payment:
    found = payments.fetch(PAY_1)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "payment",
    [
        a_payment(),
        a_payment(description="Flat white", metadata={}),
        a_payment(metadata={"order": "42", "note": ""}, amount=money(999_999_999_999, "JPY")),
    ],
)
def test_a_payment_is_kept_as_it_was_made(payments: Payments, payment: Payment) -> None:
    assert payments.create(created(payment), CAUSE) is None

    kept = fetched(payments)
    outbox = json.loads(kept.outbox or "")
    assert kept == Payment(
        **{f: getattr(payment, f) for f in payment.__slots__} | {"outbox": kept.outbox}
    )
    assert (outbox["type"], outbox["subject"], outbox["correlationid"]) == (
        "payment.initiated",
        PAY_1,
        "cor-1",
    )


def test_an_unknown_payment_is_not_found(payments: Payments) -> None:
    assert payments.fetch(PAY_1) is None


def test_creating_it_again_gives_the_first_and_changes_nothing(
    payments: Payments, cloud: Cloud
) -> None:
    payments.create(created(a_payment()), CAUSE)
    before = cloud.items("payments")

    existing = payments.create(
        created(a_payment(amount=money(9), request_fingerprint="other")), CAUSE
    )

    assert existing is not None
    assert (existing.amount, existing.request_fingerprint) == (money(), "first")
    assert cloud.items("payments") == before


def test_creating_after_a_lost_answer_gives_the_payment_that_was_written(cloud: Cloud) -> None:
    losing = Payments(AnswerLost(cloud.dynamodb).dynamodb, ENVIRONMENT["PAYMENTS_TABLE"])

    existing = losing.create(created(a_payment()), CAUSE)

    assert existing is not None
    assert existing.request_fingerprint == "first"
    assert len(cloud.items("payments")) == 1


def test_the_end_and_its_announcement_are_one_write(payments: Payments) -> None:
    payments.create(created(a_payment()), CAUSE)
    decided = decide(fetched(payments), released(reason="lost_card"), LATER)

    payments.commit(decided, cause=Cause("cor-1", "evt_" + "a" * 26), now=LATER)

    kept = fetched(payments)
    outbox = json.loads(kept.outbox or "")
    assert (kept.status, kept.failure_code, kept.version) == ("failed", "lost_card", 2)
    assert (outbox["type"], outbox["time"]) == ("payment.failed", LATER)
    assert outbox["causationid"] == "evt_" + "a" * 26


def test_announcing_again_keeps_the_event_and_counts(payments: Payments) -> None:
    payments.create(created(a_payment()), CAUSE)
    first = fetched(payments)

    for times in range(2):
        decided = decide(fetched(payments), after_deadline(), LATER, reannounced=times)
        payments.commit(decided, cause=CAUSE, now=LATER)

    again = fetched(payments)
    assert json.loads(again.outbox or "") == json.loads(first.outbox or "") | {"reannounced": 2}
    assert (again.status, again.updated_at, again.version) == ("pending", first.updated_at, 3)


def test_an_unchanged_decision_writes_nothing(payments: Payments, cloud: Cloud) -> None:
    payments.create(created(a_payment()), CAUSE)
    payments.commit(decide(fetched(payments), deducted(), LATER), cause=CAUSE, now=LATER)
    before = cloud.items("payments")

    payments.commit(decide(fetched(payments), deducted(), LATER), cause=CAUSE, now=LATER)

    assert cloud.items("payments") == before


def test_a_decision_on_a_stale_read_is_a_conflict_and_changes_nothing(
    payments: Payments, cloud: Cloud
) -> None:
    payments.create(created(a_payment()), CAUSE)
    stale = fetched(payments)
    payments.commit(decide(stale, deducted(), LATER), cause=CAUSE, now=LATER)
    before = cloud.items("payments")

    with pytest.raises(Conflict):
        payments.commit(decide(stale, released(), LATER), cause=CAUSE, now=LATER)

    assert cloud.items("payments") == before


def test_a_decision_about_a_payment_that_vanished_makes_no_payment(
    payments: Payments, cloud: Cloud
) -> None:
    with pytest.raises(Conflict):
        payments.commit(decide(a_payment(), deducted(), LATER), cause=CAUSE, now=LATER)

    assert cloud.items("payments") == []


def listed(
    payments: Payments, user: str = ALICE, size: int = 2, status: PaymentStatus | None = None
) -> list[list[str]]:
    """Return all pages of a user's list."""
    pages: list[list[str]] = []
    position: str | None = None
    while True:
        page = payments.page(user, status=status, size=size, position=position)
        pages.append([p.payment_id for p in page.payments])
        position = page.position
        if position is None:
            return pages


def test_a_list_is_newest_first_in_pages_without_gaps(payments: Payments) -> None:
    ids = payment_ids(5)
    for number, payment_id in enumerate(ids):
        moment = f"2026-03-01T12:00:0{number}.000Z"
        payments.create(created(a_payment(payment_id=payment_id, created_at=moment)), CAUSE)

    assert listed(payments) == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    assert listed(payments, user=BOB) == [[]]


def test_payments_of_the_same_moment_are_all_listed(payments: Payments) -> None:
    ids = payment_ids(5)
    for payment_id in ids:
        payments.create(created(a_payment(payment_id=payment_id)), CAUSE)

    found = [p for page in listed(payments) for p in page]

    assert sorted(found) == sorted(ids)


def test_a_filtered_list_skips_what_does_not_match(payments: Payments) -> None:
    ids = payment_ids(QUERIES_MAX * 3)
    for number, payment_id in enumerate(ids):
        status = "failed" if number % 7 == 0 else "pending"
        payments.create(created(a_payment(payment_id=payment_id, status=status)), CAUSE)

    pages = listed(payments, status="failed")

    assert sorted(p for page in pages for p in page) == sorted(ids[::7])
    assert all(len(page) <= 2 for page in pages)


def test_a_page_shows_each_payment_as_it_is_kept(payments: Payments) -> None:
    payment = a_payment(
        description="x", metadata={"a": "b"}, failure_code="expired", status="failed"
    )
    payments.create(created(payment), CAUSE)

    (shown,) = payments.page(ALICE, status=None, size=1, position=None).payments

    assert shown == fetched(payments)


@pytest.mark.parametrize(("status", "pages"), [(None, 1), ("failed", QUERIES_MAX)])
def test_a_page_takes_a_bounded_number_of_reads(
    payments: Payments, status: PaymentStatus | None, pages: int
) -> None:
    for payment_id in payment_ids(QUERIES_MAX + 1):
        payments.create(created(a_payment(payment_id=payment_id)), CAUSE)
    counting = Counting(payments.dynamodb)

    bounded = Payments(counting.dynamodb, payments.table)
    page = bounded.page(ALICE, status=status, size=1, position=None)

    assert counting.calls == {"query": pages, "batch_get_item": pages}
    assert page.position is not None
