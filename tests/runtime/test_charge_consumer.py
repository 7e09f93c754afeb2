"""gateway-processor's consumer: whatever is lost or repeated, a payment is charged at most once."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers.core.errors import Conflict, Failure, Retryable
from handlers.gateway_processor import consumer as entry
from handlers.gateway_processor.consumer import Processor
from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    ChargeRequest,
    Declined,
    GatewayCircuitOpen,
    NotFound,
    Unknown,
)
from handlers.gateway_processor.store import Charges
from handlers.runtime.settings import Settings
from tests.builders import (
    ENVIRONMENT,
    LATER,
    PAY_1,
    VirtualTime,
    a_batch,
    a_record,
    at_expiry,
    reserved,
    travelling,
)
from tests.runtime.fakes import AnswerLost
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.gateway_processor

LOST = "lost"  # the gateway acts, its answer does not arrive
UNHEARD = "unheard"  # the request does not arrive


@dataclass
class Books:
    """A gateway that keeps its contract, over a line that loses what a test says."""

    verdict: Answer = field(default_factory=lambda: Approved("ch_9"))
    line: list[str] = field(default_factory=list)
    keys: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    charges: int = 0

    def charge(self, request: ChargeRequest) -> Answer:
        return self._ask("charge", request.idempotency_key)

    def inquire(self, idempotency_key: str) -> Answer:
        return self._ask("inquire", idempotency_key)

    def cancel(self, idempotency_key: str) -> Answer:
        return self._ask("cancel", idempotency_key)

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


def message(event: Any) -> Any:
    slugs = {
        "WalletFundsReserved": "wallet-funds_reserved",
        "WalletFundsReservedAtExpiry": "wallet-funds_reserved-at-expiry",
    }
    model = entry.GATEWAY_PROCESSOR_RECEIVES[slugs[type(event).__name__]]
    return model.model_validate_json(travelling(event))


@dataclass
class Desk:
    """A processor, its gateway and its table."""

    cloud: Cloud
    time: VirtualTime
    books: Books

    def hear(self, event: Any, dynamodb: Any = None) -> str:
        """The note, or the failure's class."""
        charges = Charges(dynamodb or self.cloud.dynamodb, ENVIRONMENT["CHARGES_TABLE"])
        try:
            return Processor(charges, self.books, self.time.clock()).react(message(event))
        except Failure as failure:
            return type(failure).__name__

    @property
    def status(self) -> str:
        items = self.cloud.plain("charges")
        return items[0]["status"] if items else "none"

    @property
    def announced(self) -> str | None:
        (item,) = self.cloud.plain("charges")
        return json.loads(item["outbox"])["type"] if "outbox" in item else None


@pytest.fixture
def desk(cloud: Cloud, time: VirtualTime) -> Desk:
    return Desk(cloud, time, Books())


@pytest.mark.parametrize(
    ("verdict", "note", "status", "announced"),
    [
        (Approved("ch_9"), "approved", "approved", "gateway.payment_approved"),
        (Declined("lost_card"), "rejected: lost_card", "declined", "gateway.payment_rejected"),
    ],
)
def test_a_reservation_is_charged_and_the_verdict_announced(
    desk: Desk, verdict: Answer, note: str, status: str, announced: str
) -> None:
    desk.books.verdict = verdict

    assert desk.hear(reserved()) == note
    assert (desk.status, desk.announced) == (status, announced)
    assert desk.books.asked == ["charge"]


def test_a_reservation_heard_many_times_is_charged_once(desk: Desk) -> None:
    notes = [desk.hear(reserved()) for _ in range(3)]

    assert notes == ["approved", "answered again", "answered again"]
    assert desk.books.asked == ["charge"]


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ([LOST], ["charge", "inquire"]),
        ([UNHEARD], ["charge", "inquire", "charge"]),
    ],
)
def test_a_lost_answer_is_inquired_about_at_once(
    desk: Desk, line: list[str], asked: list[str]
) -> None:
    desk.books.line = line

    assert desk.hear(reserved()) == "approved"
    assert desk.books.asked == asked
    assert desk.books.charges == 1


@pytest.mark.parametrize(
    "line", [[LOST, LOST], [LOST, UNHEARD], [UNHEARD, UNHEARD], [UNHEARD, "", UNHEARD]]
)
def test_a_gateway_that_stays_silent_leaves_the_claim_open_and_the_message_comes_again(
    desk: Desk, line: list[str]
) -> None:
    desk.books.line = line

    assert desk.hear(reserved()) == "Retryable"
    assert (desk.status, desk.announced) == ("pending", None)
    assert desk.hear(reserved()) == "approved"
    assert desk.books.charges == 1


@pytest.mark.parametrize("line", [[LOST, UNHEARD], [UNHEARD, UNHEARD]])
def test_after_the_end_a_silent_claim_is_settled_by_cancelling(
    desk: Desk, line: list[str]
) -> None:
    desk.books.line = list(line)
    desk.hear(reserved())
    desk.time.now = LATER

    note = desk.hear(at_expiry())

    charged = line[0] == LOST
    assert note == ("approved" if charged else "rejected: reservation_expired")
    assert desk.status == ("approved" if charged else "expired")
    assert desk.books.charges == int(charged)


def test_a_hold_stays_while_the_gateway_is_silent_after_the_end(desk: Desk) -> None:
    desk.books.line = [UNHEARD] * 4
    desk.hear(reserved())
    desk.time.now = LATER

    assert desk.hear(at_expiry()) == "Retryable"
    assert desk.status == "pending"


def test_a_late_question_never_charges(desk: Desk) -> None:
    desk.time.now = LATER

    assert desk.hear(reserved()) == "rejected: reservation_expired"
    assert desk.hear(at_expiry()) == "already expired"
    assert desk.books.asked == []


def test_a_copy_at_expiry_of_a_decided_charge_writes_nothing(desk: Desk) -> None:
    desk.hear(reserved())
    before = desk.cloud.items("charges")
    desk.time.now = LATER

    assert desk.hear(at_expiry()) == "already approved"
    assert desk.cloud.items("charges") == before
    assert desk.books.asked == ["charge"]


def test_a_copy_at_expiry_that_comes_too_soon_comes_again(desk: Desk) -> None:
    assert desk.hear(at_expiry()) == "Early"
    assert desk.status == "none"


class CrashedError(Exception):
    """The process died."""


@dataclass
class Crashing:
    """A client that dies before or after its nth write."""

    client: Any
    write: int
    after: bool
    writes: int = 0

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self.client, operation)
        if operation not in ("put_item", "update_item"):
            return call

        def crash(**request: Any) -> Any:
            self.writes += 1
            if self.writes == self.write and not self.after:
                raise CrashedError
            answer = call(**request)
            if self.writes == self.write:
                raise CrashedError
            return answer

        return crash


@pytest.mark.parametrize("write", [1, 2])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_a_crash_at_any_write_charges_at_most_once_and_ends_all_the_same(
    desk: Desk, write: int, after: bool, late: bool
) -> None:
    with pytest.raises(CrashedError):
        desk.hear(reserved(), Crashing(desk.cloud.dynamodb, write, after))
    if late:
        desk.time.now = LATER

    desk.hear(at_expiry() if late else reserved())

    charged = not late or write == 2
    assert desk.books.charges == int(charged)
    assert desk.status == ("approved" if charged else "expired")
    assert desk.announced == ("gateway.payment_approved" if charged else "gateway.payment_rejected")


def test_lost_answers_of_the_table_are_found_by_reading(desk: Desk) -> None:
    note = desk.hear(reserved(), AnswerLost(desk.cloud.dynamodb))

    assert note == "already approved"
    assert desk.books.charges == 1
    assert desk.books.asked == ["inquire", "charge"]
    assert desk.announced == "gateway.payment_approved"


@dataclass
class Racing(Books):
    """While it is asked for the first time, another worker hears something."""

    rival: Any = None

    def _ask(self, question: str, key: str) -> Answer:
        if self.rival and not self.asked:
            self.asked.append("rival")
            self.rival()
        return super()._ask(question, key)


@pytest.mark.parametrize("late", [False, True])
def test_two_workers_with_one_claim_come_to_the_same_end(
    cloud: Cloud, time: VirtualTime, late: bool
) -> None:
    books = Racing()
    desk = Desk(cloud, time, books)

    def rival() -> None:
        if late:
            time.now = LATER
        desk.hear(at_expiry() if late else reserved())

    books.rival = rival

    note = desk.hear(reserved())

    assert note == ("already expired" if late else "already approved")
    assert books.charges == int(not late)
    assert desk.status == ("expired" if late else "approved")


def test_ends_that_contradict_each_other_are_never_overwritten(
    cloud: Cloud, time: VirtualTime
) -> None:
    books = Racing()
    desk = Desk(cloud, time, books)

    def rival() -> None:
        books.keys[PAY_1] = Declined("lost_card")
        desk.hear(reserved())
        books.keys[PAY_1] = Approved("ch_9")

    books.rival = rival

    assert desk.hear(reserved()) == "Conflict"
    assert desk.status == "declined"
    assert issubclass(Conflict, Retryable)


class OpenCircuit(Books):
    def _ask(self, question: str, key: str) -> Answer:
        raise GatewayCircuitOpen(f"gateway-{question}")


def test_an_open_circuit_is_counted_and_the_message_comes_again(
    cloud: Cloud, time: VirtualTime, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(cloud, time, OpenCircuit())

    assert desk.hear(reserved()) == "GatewayCircuitOpen"
    assert desk.status == "pending"
    assert '"GatewayCircuitOpen":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_the_consumer_charges_through_the_gateway_it_is_given(
    cloud: Cloud, time: VirtualTime
) -> None:
    books = Books()
    consumer = entry.build(Settings(ENVIRONMENT), time.clock(), books)
    record = a_record(travelling(reserved()), "gateway-processor--wallet-funds_reserved")

    assert consumer.consume(a_batch(record)) == {"batchItemFailures": []}
    assert entry.handler(a_batch(), None) == {"batchItemFailures": []}
    assert books.charges == 1
