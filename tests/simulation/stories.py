"""What happens in a world: who deposits, who pays whom and when, how much goes wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.simulation.cloud.stack import EXPIRY_S, named

if TYPE_CHECKING:
    from tests.simulation.world import World

PAYMENTS: Final = 24
# Of one kind of fault at one place.
RATES: Final = (0.0, 0.001, 0.003, 0.006, 0.01, 0.02)
PAYEES: Final = (
    *("coffee-shop-42", "coffee-shop-42", "book.store", "coffee-shop-42"),
    *("decline.do_not_honor", "decline.expired_card"),
)
GARBAGE: Final = (
    "not json at all",
    "{}",
    '"a string"',
    '{"type":"payment.initiated"}',
    "[1,2,3]",
    '{"specversion":"1.0","id":null}',
)


@dataclass(frozen=True, slots=True)
class Payment:
    at_s: float
    user: str
    key: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deposit:
    at_s: float
    user: str
    currency: str
    value: int
    key: str


@dataclass(frozen=True, slots=True)
class Poison:
    at_s: float
    queue: str
    body: str


@dataclass(frozen=True, slots=True)
class Story:
    deposits: tuple[Deposit, ...]
    payments: tuple[Payment, ...]
    poison: tuple[Poison, ...] = ()
    looks: tuple[tuple[float, str], ...] = ()
    rounds: tuple[float, ...] = ()
    heal_s: float = EXPIRY_S / 2
    rate: float = 0.0

    def begin(self, world: World) -> None:
        """Put everything on the calendar."""
        kernel, users = world.kernel, world.users
        for d in self.deposits:
            kernel.at(d.at_s, lambda d=d: users.deposit(d.user, d.currency, d.value, d.key))
        for p in self.payments:
            kernel.at(p.at_s, lambda p=p: users.pay(p.user, p.key, p.body))
        for bad in self.poison:
            world.checks.poison.add(bad.body)
            queue = world.cloud.sqs.queues[named(bad.queue)]
            kernel.at(bad.at_s, lambda q=queue, b=bad: world.cloud.sqs.send(q, b.body, {}, 0))
        for at_s, user in self.looks:
            kernel.at(at_s, lambda user=user: users.look(user))
        for at_s in self.rounds:
            kernel.at(at_s, world.operators.work)


def body(value: int, currency: str, payee: str = PAYEES[0]) -> dict[str, Any]:
    return {"amount": {"value": value, "currency": currency}, "payee": payee}


def drawn(seed: int) -> Story:
    """A story of about PAYMENTS payments; balances, people and faults vary with the seed."""
    random = Random(f"story {seed}")
    users = [f"user-{n}" for n in range(1 + int(4 * random.random()))]
    currencies = ["USD", "JPY", "KWD"][: 1 + int(3 * random.random())]
    spread_s = random.choice((1.0, 30.0, 600.0))
    wealth = random.choice((1, 6, 20, 40))
    payments = tuple(_payment(random, n, users, currencies, spread_s) for n in range(PAYMENTS))
    deposits = tuple(
        Deposit(spread_s * random.random() ** 3, user, currency, 1 + int(2000 * random.random()), f"d{n}")
        for n in range(wealth)
        for user in [random.choice(users)]
        for currency in [random.choice(currencies)]
    )
    return Story(
        deposits=deposits,
        payments=payments,
        poison=_poison(random),
        looks=tuple((1500 * random.random(), random.choice(users)) for _ in range(3)),
        rounds=tuple(2000 * random.random() for _ in range(random.choice((0, 1, 4)))),
        heal_s=random.choice((5.0, 60.0, 0.9 * EXPIRY_S, 1.2 * EXPIRY_S, 3.0 * EXPIRY_S)),
        rate=random.choice(RATES),
    )


def _payment(
    random: Random, number: int, users: list[str], currencies: list[str], spread_s: float
) -> Payment:
    # Keys repeat among users on purpose: keys of two users never meet.
    return Payment(
        at_s=spread_s * random.random(),
        user=random.choice(users),
        key=f"key-{number}" if random.random() < 0.7 else f"shared-{number % 5}-{number}",
        body=body(
            1 + int(1000 * random.random()), random.choice(currencies), random.choice(PAYEES)
        ),
    )


def _poison(random: Random) -> tuple[Poison, ...]:
    from infra.template import routing

    if random.random() < 0.7:
        return ()
    queues = routing.source_queues()
    return tuple(
        Poison(1000 * random.random(), random.choice(queues), random.choice(GARBAGE) + " " * n)
        for n in range(1, 3)
    )


def printed(story: Story) -> str:
    return json.dumps({"payments": len(story.payments), "rate": story.rate})
