"""The ways a payment can go, from the request to the last delayed copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from handlers.gateway_processor.gateway import Declined
from tests.in_memory.steps import Steps
from tests.in_memory.system import System
from tests.performance.bill.observed import Use, uses

USER: Final = "1f0e6a52-7d0c-4d6b-9a55-5f2f5c0f9a11"
AMOUNT: Final = {"value": 450, "currency": "EUR"}
TOO_MUCH: Final = {"value": 1001, "currency": "EUR"}


def completed(steps: Steps) -> None:
    steps.pay(user=USER, amount=AMOUNT)
    steps.run()
    steps.run_delayed()


def declined(steps: Steps) -> None:
    steps.system.gateway.verdict = Declined("lost_card")
    completed(steps)


def refused(steps: Steps) -> None:
    steps.pay(user=USER, amount=TOO_MUCH)
    steps.run()
    steps.run_delayed()


def expired(steps: Steps) -> None:
    """The question to the gateway-processor is lost: the copy at expiry closes the payment."""
    steps.pay(user=USER, amount=AMOUNT)
    steps.deliver(steps.waiting.pop())
    steps.waiting.clear()
    steps.run_delayed()


def duplicate(steps: Steps) -> None:
    """Every message arrives twice, and the client sends its request twice."""
    steps.pay(user=USER, amount=AMOUNT)
    steps.pay(user=USER, amount=AMOUNT)
    steps.run(copies=2)
    steps.run_delayed()


PATHS: Final[Mapping[str, Callable[[Steps], None]]] = {
    "completed": completed,
    "declined": declined,
    "refused": refused,
    "expired": expired,
    "duplicate": duplicate,
}


def used(path: str) -> dict[str, Use]:
    """Return what one payment on this path uses, by function."""
    system = System()
    system.deposit(1000, USER)
    steps = Steps(system)
    before = len(system.invocations)
    PATHS[path](steps)
    return uses(system.invocations[before:])
