"""gateway-processor when its process dies, answers are lost, or two workers hold one claim."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.gateway_processor.gateway import Answer, Approved, ChargeRequest, Declined
from tests.builders import LATER, PAY_1, VirtualTime, at_expiry, reserved
from tests.in_memory.gateway import FakeGateway
from tests.runtime.fakes import AnswerLost, Wrapped
from tests.runtime.processor import Processor
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.gateway_processor


@pytest.fixture
def processor(cloud: Cloud, time: VirtualTime) -> Processor:
    return Processor(cloud, time, FakeGateway())


class CrashedError(Exception):
    """The process died."""


@dataclass
class Crashing(Wrapped):
    """A client that dies before or after its nth write."""

    write: int
    after: bool
    writes: int = 0

    def call(self, operation: str, real: Callable[[], Any], request: dict[str, Any]) -> Any:
        self.writes += operation in ("put_item", "update_item")
        dies = self.writes == self.write
        if dies and not self.after:
            raise CrashedError
        answer = real()
        if dies:
            raise CrashedError
        return answer


@pytest.mark.parametrize("write", [1, 2])
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("late", [False, True])
def test_a_crash_at_any_write_charges_at_most_once_and_ends_in_the_same_state(
    processor: Processor, write: int, after: bool, late: bool
) -> None:
    with pytest.raises(CrashedError):
        processor.receive(reserved(), Crashing(processor.cloud.dynamodb, write, after).dynamodb)
    if late:
        processor.time.now = LATER

    processor.receive(at_expiry() if late else reserved())

    charged = not late or write == 2
    assert processor.gateway.charges == int(charged)
    assert processor.status == ("approved" if charged else "expired")
    assert processor.announced == (
        "gateway.payment_approved" if charged else "gateway.payment_rejected"
    )


def test_a_write_whose_answer_was_lost_is_found_by_reading(processor: Processor) -> None:
    note = processor.receive(reserved(), AnswerLost(processor.cloud.dynamodb).dynamodb)

    assert note == "already approved"
    assert processor.gateway.charges == 1
    assert processor.gateway.calls == ["inquire", "charge"]
    assert processor.announced == "gateway.payment_approved"


@dataclass
class Racing(FakeGateway):
    """A gateway during whose first call another worker receives a message."""

    rival: Callable[[], None] | None = None

    def _answer(self, operation: str, request: ChargeRequest) -> Answer:
        if self.rival and not self.calls:
            self.calls.append("rival")
            self.rival()
        return super()._answer(operation, request)


@pytest.mark.parametrize("late", [False, True])
def test_two_workers_with_one_claim_come_to_the_same_end(
    cloud: Cloud, time: VirtualTime, late: bool
) -> None:
    gateway = Racing()
    processor = Processor(cloud, time, gateway)

    def rival() -> None:
        if late:
            time.now = LATER
        processor.receive(at_expiry() if late else reserved())

    gateway.rival = rival

    note = processor.receive(reserved())

    assert note == ("already expired" if late else "already approved")
    assert gateway.charges == int(not late)
    assert processor.status == ("expired" if late else "approved")


def test_an_end_that_contradicts_the_recorded_one_goes_to_an_operator(
    cloud: Cloud, time: VirtualTime
) -> None:
    gateway = Racing()
    processor = Processor(cloud, time, gateway)

    def rival() -> None:
        gateway.outcomes[PAY_1] = Declined("lost_card")
        processor.receive(reserved())
        gateway.outcomes[PAY_1] = Approved("ch_9")

    gateway.rival = rival

    assert processor.receive(reserved()) == "Permanent"
    assert processor.status == "declined"
