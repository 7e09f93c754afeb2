"""gateway-processor's consumer: a payment is charged at most once despite losses and duplicates."""

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
from tests.runtime.processor import Processor
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.gateway_processor


@pytest.fixture
def processor(cloud: Cloud, time: VirtualTime) -> Processor:
    return Processor(cloud, time, FakeGateway())


@pytest.mark.parametrize(
    ("verdict", "note", "status", "announced"),
    [
        (Approved("ch_9"), "approved", "approved", "gateway.payment_approved"),
        (Declined("lost_card"), "rejected: lost_card", "declined", "gateway.payment_rejected"),
    ],
)
def test_a_reservation_is_charged_and_the_verdict_announced(
    processor: Processor, verdict: Answer, note: str, status: str, announced: str
) -> None:
    processor.gateway.verdict = verdict

    assert processor.receive(reserved()) == note
    assert (processor.status, processor.announced) == (status, announced)
    assert processor.gateway.calls == ["charge"]


def test_a_redelivered_reservation_is_charged_once(processor: Processor) -> None:
    notes = [processor.receive(reserved()) for _ in range(3)]

    assert notes == ["approved", "announced again", "announced again"]
    assert processor.gateway.calls == ["charge"]


@pytest.mark.parametrize(
    ("faults", "asked"),
    [
        ([ANSWER_LOST], ["charge", "inquire"]),
        ([REQUEST_LOST], ["charge", "inquire", "charge"]),
    ],
)
def test_a_lost_answer_is_inquired_about_at_once(
    processor: Processor, faults: list[Fault], asked: list[str]
) -> None:
    processor.gateway.faults = faults

    assert processor.receive(reserved()) == "approved"
    assert processor.gateway.calls == asked
    assert processor.gateway.charges == 1


@pytest.mark.parametrize(
    "faults",
    [
        [ANSWER_LOST, ANSWER_LOST],
        [ANSWER_LOST, REQUEST_LOST],
        [REQUEST_LOST, REQUEST_LOST],
        [REQUEST_LOST, NO_FAULT, REQUEST_LOST],
    ],
)
def test_a_gateway_that_stays_silent_leaves_the_claim_open_and_the_message_is_redelivered(
    processor: Processor, faults: list[Fault]
) -> None:
    processor.gateway.faults = faults

    assert processor.receive(reserved()) == "Retryable"
    assert (processor.status, processor.announced) == ("pending", None)
    assert processor.receive(reserved()) == "approved"
    assert processor.gateway.charges == 1


@pytest.mark.parametrize("faults", [[ANSWER_LOST, REQUEST_LOST], [REQUEST_LOST, REQUEST_LOST]])
def test_after_the_end_a_silent_claim_is_settled_by_cancelling(
    processor: Processor, faults: list[Fault]
) -> None:
    processor.gateway.faults = list(faults)
    processor.receive(reserved())
    processor.time.now = LATER

    note = processor.receive(at_expiry())

    charged = faults[0] == ANSWER_LOST
    assert note == ("approved" if charged else "rejected: reservation_expired")
    assert processor.status == ("approved" if charged else "expired")
    assert processor.gateway.charges == int(charged)


def test_a_claim_stays_open_while_the_gateway_is_silent_after_the_end(processor: Processor) -> None:
    processor.gateway.faults = [REQUEST_LOST] * 4
    processor.receive(reserved())
    processor.time.now = LATER

    assert processor.receive(at_expiry()) == "Retryable"
    assert processor.status == "pending"


def test_a_late_reservation_is_never_charged(processor: Processor) -> None:
    processor.time.now = LATER

    assert processor.receive(reserved()) == "rejected: reservation_expired"
    assert processor.receive(at_expiry()) == "already expired"
    assert processor.gateway.calls == []


def test_a_copy_at_expiry_of_a_decided_charge_writes_nothing(processor: Processor) -> None:
    processor.receive(reserved())
    before = processor.cloud.items("charges")
    processor.time.now = LATER

    assert processor.receive(at_expiry()) == "already approved"
    assert processor.cloud.items("charges") == before
    assert processor.gateway.calls == ["charge"]


def test_a_copy_at_expiry_that_arrives_too_soon_is_redelivered(processor: Processor) -> None:
    assert processor.receive(at_expiry()) == "Early"
    assert processor.status == "none"


class OpenCircuit(FakeGateway):
    def _answer(self, operation: str, request: ChargeRequest) -> Answer:
        raise GatewayCircuitOpen(f"gateway-{operation}")


def test_an_open_circuit_is_counted_and_the_message_is_redelivered(
    cloud: Cloud, time: VirtualTime, capsys: pytest.CaptureFixture[str]
) -> None:
    processor = Processor(cloud, time, OpenCircuit())

    assert processor.receive(reserved()) == "GatewayCircuitOpen"
    assert processor.status == "pending"
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
