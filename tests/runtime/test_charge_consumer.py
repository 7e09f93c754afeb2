"""gateway-processor's consumer: whatever is lost or repeated, a payment is charged at most once."""

import pytest

from handlers.gateway_processor import consumer as entry
from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    ChargeRequest,
    Declined,
    GatewayCircuitOpen,
)
from handlers.runtime.settings import Settings
from tests.builders import (
    ENVIRONMENT,
    LATER,
    VirtualTime,
    a_batch,
    a_record,
    at_expiry,
    reserved,
    travelling,
)
from tests.in_memory.gateway import ANSWER_LOST, NO_FAULT, REQUEST_LOST, FakeGateway, Fault
from tests.runtime.desk import Desk
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.gateway_processor


@pytest.fixture
def desk(cloud: Cloud, time: VirtualTime) -> Desk:
    return Desk(cloud, time, FakeGateway())


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
    desk.gateway.verdict = verdict

    assert desk.hear(reserved()) == note
    assert (desk.status, desk.announced) == (status, announced)
    assert desk.gateway.calls == ["charge"]


def test_a_reservation_heard_many_times_is_charged_once(desk: Desk) -> None:
    notes = [desk.hear(reserved()) for _ in range(3)]

    assert notes == ["approved", "announced again", "announced again"]
    assert desk.gateway.calls == ["charge"]


@pytest.mark.parametrize(
    ("faults", "asked"),
    [
        ([ANSWER_LOST], ["charge", "inquire"]),
        ([REQUEST_LOST], ["charge", "inquire", "charge"]),
    ],
)
def test_a_lost_answer_is_inquired_about_at_once(
    desk: Desk, faults: list[Fault], asked: list[str]
) -> None:
    desk.gateway.faults = faults

    assert desk.hear(reserved()) == "approved"
    assert desk.gateway.calls == asked
    assert desk.gateway.charges == 1


@pytest.mark.parametrize(
    "faults",
    [
        [ANSWER_LOST, ANSWER_LOST],
        [ANSWER_LOST, REQUEST_LOST],
        [REQUEST_LOST, REQUEST_LOST],
        [REQUEST_LOST, NO_FAULT, REQUEST_LOST],
    ],
)
def test_a_gateway_that_stays_silent_leaves_the_claim_open_and_the_message_comes_again(
    desk: Desk, faults: list[Fault]
) -> None:
    desk.gateway.faults = faults

    assert desk.hear(reserved()) == "Retryable"
    assert (desk.status, desk.announced) == ("pending", None)
    assert desk.hear(reserved()) == "approved"
    assert desk.gateway.charges == 1


@pytest.mark.parametrize("faults", [[ANSWER_LOST, REQUEST_LOST], [REQUEST_LOST, REQUEST_LOST]])
def test_after_the_end_a_silent_claim_is_settled_by_cancelling(
    desk: Desk, faults: list[Fault]
) -> None:
    desk.gateway.faults = list(faults)
    desk.hear(reserved())
    desk.time.now = LATER

    note = desk.hear(at_expiry())

    charged = faults[0] == ANSWER_LOST
    assert note == ("approved" if charged else "rejected: reservation_expired")
    assert desk.status == ("approved" if charged else "expired")
    assert desk.gateway.charges == int(charged)


def test_a_hold_stays_while_the_gateway_is_silent_after_the_end(desk: Desk) -> None:
    desk.gateway.faults = [REQUEST_LOST] * 4
    desk.hear(reserved())
    desk.time.now = LATER

    assert desk.hear(at_expiry()) == "Retryable"
    assert desk.status == "pending"


def test_a_late_question_never_charges(desk: Desk) -> None:
    desk.time.now = LATER

    assert desk.hear(reserved()) == "rejected: reservation_expired"
    assert desk.hear(at_expiry()) == "already expired"
    assert desk.gateway.calls == []


def test_a_copy_at_expiry_of_a_decided_charge_writes_nothing(desk: Desk) -> None:
    desk.hear(reserved())
    before = desk.cloud.items("charges")
    desk.time.now = LATER

    assert desk.hear(at_expiry()) == "already approved"
    assert desk.cloud.items("charges") == before
    assert desk.gateway.calls == ["charge"]


def test_a_copy_at_expiry_that_comes_too_soon_comes_again(desk: Desk) -> None:
    assert desk.hear(at_expiry()) == "Early"
    assert desk.status == "none"


class OpenCircuit(FakeGateway):
    def _answer(self, operation: str, request: ChargeRequest) -> Answer:
        raise GatewayCircuitOpen(f"gateway-{operation}")


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
    gateway = FakeGateway()
    consumer = entry.build(Settings(ENVIRONMENT), time.clock(), gateway)
    record = a_record(travelling(reserved()), "gateway-processor--wallet-funds_reserved")

    assert consumer.consume(a_batch(record)) == {"batchItemFailures": []}
    assert entry.handler(a_batch(), None) == {"batchItemFailures": []}
    assert gateway.charges == 1
