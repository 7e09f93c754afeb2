"""What happens in a world: who deposits, who pays whom and when, how much goes wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any, Final

from generated.catalogue import EVENTS
from handlers.core.identity import derived, event_id
from infra.template import routing
from tests.simulation.cloud.stack import EXPIRY_S, named
from tests.simulation.faults import (
    CALL,
    CONFLICT,
    DELIVERY,
    END,
    GATEWAY,
    RECEIVE,
    START,
    STREAM,
    Weather,
)

if TYPE_CHECKING:
    from tests.simulation.world import World

PAYMENTS: Final = 24
# Of one kind of fault at one place.
RATES: Final = (0.0, 0.001, 0.003, 0.006, 0.01, 0.02)
FOCI: Final = (
    *("payment-orchestrator-api", "payment-orchestrator-consumer", "wallet-service"),
    *("gateway-processor", "metrics-collector", "error-handler", "event-relay", "rule", "stream"),
    *(" gateway", "charge gateway", "inquire gateway", "start", "end", "TransactWriteItems"),
)
PAYEES: Final = (
    *("coffee-shop-42", "coffee-shop-42", "book.store", "coffee-shop-42"),
    *("decline.do_not_honor", "decline.expired_card"),
)
OTHERS: Final = (GATEWAY, START, END, DELIVERY, RECEIVE, STREAM, CONFLICT)
CLEAR: Final = Weather()
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
    weather: Weather = CLEAR

    def begin(self, world: World) -> None:
        """Put everything on the calendar."""
        kernel, users = world.kernel, world.users
        for d in self.deposits:
            kernel.at(d.at_s, partial(users.deposit, d.user, d.currency, d.value, d.key))
        for p in self.payments:
            kernel.at(p.at_s, partial(users.pay, p.user, p.key, p.body))
        for bad in self.poison:
            world.checks.poison.add(bad.body)
            kernel.at(bad.at_s, partial(_send, world, bad))
        for at_s, user in self.looks:
            kernel.at(at_s, partial(users.look, user))
        for at_s in self.rounds:
            kernel.at(at_s, world.operators.work)


def _send(world: World, bad: Poison) -> None:
    world.cloud.sqs.send(world.cloud.sqs.queues[named(bad.queue)], bad.body, {}, 0)


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
    deposits = _deposits(random, wealth, users, currencies, spread_s)
    return Story(
        deposits=deposits,
        payments=payments,
        poison=_poison(random, payments),
        looks=tuple((1500 * random.random(), random.choice(users)) for _ in range(3)),
        rounds=tuple(2000 * random.random() for _ in range(random.choice((0, 1, 4)))),
        heal_s=random.choice((5.0, 60.0, 0.9 * EXPIRY_S, 1.2 * EXPIRY_S, 3.0 * EXPIRY_S)),
        weather=_weather(random),
    )


def _weather(random: Random) -> Weather:
    draw = random.random()
    if draw < 0.15:  # one or two kinds, again and again
        kinds = sorted({kind for kinds in (*CALL.values(), *OTHERS) for kind in kinds})
        only = frozenset(random.sample(kinds, random.choice((1, 2))))
        return Weather(random.choice((0.03, 0.2, 0.7)), only=only)
    focus = random.choice(FOCI) if draw < 0.45 else ""
    return Weather(random.choice(RATES), focus)


def _deposits(
    random: Random, count: int, users: list[str], currencies: list[str], spread_s: float
) -> tuple[Deposit, ...]:
    """Early ones mostly; some are asked for twice at the same time."""
    made = [
        Deposit(
            at_s=spread_s * random.random() ** 3,
            user=random.choice(users),
            currency=random.choice(currencies),
            value=1 + int(2000 * random.random()),
            key=f"deposit-{n}",
        )
        for n in range(count)
    ]
    return tuple(made + made[::4])


def _payment(
    random: Random, number: int, users: list[str], currencies: list[str], spread_s: float
) -> Payment:
    # Users use the same keys on purpose: keys of two users never meet.
    return Payment(
        at_s=spread_s * random.random(),
        user=users[number % len(users)],
        key=f"key-{number // len(users)}",
        body=body(
            1 + int(1000 * random.random()), random.choice(currencies), random.choice(PAYEES)
        ),
    )


def _poison(random: Random, payments: tuple[Payment, ...]) -> tuple[Poison, ...]:
    """Bodies that are no events, and events that nobody announced; none may move money."""
    if random.random() < 0.6:
        return ()
    queues = routing.source_queues()
    garbage = tuple(
        Poison(1000 * random.random(), random.choice(queues), random.choice(GARBAGE) + " " * n)
        for n in range(1, 3)
    )
    return garbage + tuple(_forged(random, payments, n) for n in range(3))


def _forged(random: Random, payments: tuple[Payment, ...], number: int) -> Poison:
    """A well-formed event about a payment that there is not, or about another amount."""
    event, consumer = random.choice(
        [
            (e, c)
            for e in EVENTS.values()
            for c in e.consumers
            if c.delivery == "queue" and not e.retryable
        ]
    )
    payment = random.choice(payments)
    key = payment.key if random.random() < 0.5 else f"forged-{number}"
    payment_id = derived("pay", payment.user, key)
    amount = payment.body["amount"]
    data = {
        "payment_id": payment_id,
        "user_id": payment.user,
        "amount": {**amount, "value": amount["value"] + 1000},
        "payee": "coffee-shop-42",
        "expires_at": "2026-03-01T12:15:00.000Z",
        "charge_id": "ch_forged",
        "reason": "insufficient_funds",
    }
    body = {
        "specversion": "1.0",
        "id": event_id(event.type, payment_id),
        "source": event.producer,
        "type": event.type,
        "subject": payment_id,
        "time": "2026-03-01T12:00:00.000Z",
        "correlationid": f"forged-{number}",
        "data": data,
    }
    return Poison(2000 * random.random(), consumer.queue, json.dumps(body))
