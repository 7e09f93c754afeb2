"""gateway-processor when its process dies, answers are lost, or two workers hold one claim."""

from dataclasses import dataclass
from typing import Any

import pytest

from handlers.gateway_processor.gateway import Answer, Approved, ChargeRequest, Declined
from tests.builders import LATER, PAY_1, VirtualTime, at_expiry, reserved
from tests.in_memory.gateway import FakeGateway
from tests.runtime.desk import Desk
from tests.runtime.fakes import AnswerLost
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.gateway_processor


@pytest.fixture
def desk(cloud: Cloud, time: VirtualTime) -> Desk:
    return Desk(cloud, time, FakeGateway())


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
    assert desk.gateway.charges == int(charged)
    assert desk.status == ("approved" if charged else "expired")
    assert desk.announced == ("gateway.payment_approved" if charged else "gateway.payment_rejected")


def test_lost_answers_of_the_table_are_found_by_reading(desk: Desk) -> None:
    note = desk.hear(reserved(), AnswerLost(desk.cloud.dynamodb))

    assert note == "already approved"
    assert desk.gateway.charges == 1
    assert desk.gateway.calls == ["inquire", "charge"]
    assert desk.announced == "gateway.payment_approved"


@dataclass
class Racing(FakeGateway):
    """While it is asked for the first time, another worker hears something."""

    rival: Any = None

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
    desk = Desk(cloud, time, gateway)

    def rival() -> None:
        if late:
            time.now = LATER
        desk.hear(at_expiry() if late else reserved())

    gateway.rival = rival

    note = desk.hear(reserved())

    assert note == ("already expired" if late else "already approved")
    assert gateway.charges == int(not late)
    assert desk.status == ("expired" if late else "approved")


def test_an_end_that_contradicts_the_recorded_one_goes_to_an_operator(
    cloud: Cloud, time: VirtualTime
) -> None:
    gateway = Racing()
    desk = Desk(cloud, time, gateway)

    def rival() -> None:
        gateway.outcomes[PAY_1] = Declined("lost_card")
        desk.hear(reserved())
        gateway.outcomes[PAY_1] = Approved("ch_9")

    gateway.rival = rival

    assert desk.hear(reserved()) == "Permanent"
    assert desk.status == "declined"
