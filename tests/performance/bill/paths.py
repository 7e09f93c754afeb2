"""The ways a payment can go, from the request to the last delayed copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from moto import mock_aws

from handlers.gateway_processor.gateway import Declined
from tests.api.entry import Api
from tests.builders import VirtualTime
from tests.counts.meter import Meter
from tests.performance.bill.observed import Observed, Use, unheard
from tests.runtime.books import Books
from tests.stores.cloud import Cloud

USER: Final = "1f0e6a52-7d0c-4d6b-9a55-5f2f5c0f9a11"
AMOUNT: Final = {"value": 450, "currency": "EUR"}
TOO_MUCH: Final = {"value": 1001, "currency": "EUR"}


def completed(world: Observed) -> None:
    world.pay(user=USER, amount=AMOUNT)
    world.run()
    world.run_delayed()


def declined(world: Observed) -> None:
    world.books.verdict = Declined("lost_card")
    completed(world)


def refused(world: Observed) -> None:
    world.pay(user=USER, amount=TOO_MUCH)
    world.run()
    world.run_delayed()


def expired(world: Observed) -> None:
    """The question to the gateway-processor is lost: the copy at expiry closes the payment."""
    world.pay(user=USER, amount=AMOUNT)
    world.deliver(world.waiting.pop())
    world.waiting.clear()
    world.run_delayed()


def duplicate(world: Observed) -> None:
    """Every message arrives twice, and the client sends its request twice."""
    world.pay(user=USER, amount=AMOUNT)
    world.pay(user=USER, amount=AMOUNT)
    world.run(copies=2)
    world.run_delayed()


PATHS: Final[Mapping[str, Callable[[Observed], None]]] = {
    "completed": completed,
    "declined": declined,
    "refused": refused,
    "expired": expired,
    "duplicate": duplicate,
}


def used(path: str) -> dict[str, Use]:
    """What one payment on this path uses, by function."""
    with mock_aws():
        cloud, time = Cloud(), VirtualTime()
        meter, api = Meter(cloud), Api(time.clock())
        with meter.listening():
            with unheard():
                api.deposit(1000, user_id=USER)
            meter.forget()
            world = Observed(cloud, time, Books(), meter)
            PATHS[path](world)
            return dict(world.used)
