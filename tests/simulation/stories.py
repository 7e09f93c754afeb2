"""What happens in a world: who deposits, who pays whom and when, and how many faults."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from generated.catalogue import EVENTS, SERVICES
from generated.contract import Event
from handlers.core.identity import derived, event_id
from infra.template import routing
from tests.simulation.bodies import filled
from tests.simulation.cloud.stack import EXPIRY_S, named
from tests.simulation.customers import DEPOSIT, PAY
from tests.simulation.faults import (
    CALL,
    CONFLICT,
    DELIVERY,
    END,
    GATEWAY,
    RECEIVE,
    START,
    STREAM,
    FaultProfile,
)
from tests.simulation.keepers import KEEPERS
from tests.simulation.streams import Streams

if TYPE_CHECKING:
    from tests.simulation.world import World

PAYMENTS: Final = 24
# Of one kind of fault at one place.
RATES: Final = (0.0, 0.001, 0.003, 0.006, 0.01, 0.02)
FOCI: Final = (
    *SERVICES,
    *("payment-orchestrator-api", "payment-orchestrator-consumer", "rule", "stream"),
    *(" gateway", "charge gateway", "inquire gateway", "start", "end", "TransactWriteItems"),
)
PAYEES: Final = (
    *("coffee-shop-42", "coffee-shop-42", "book.store", "coffee-shop-42"),
    *("decline.do_not_honor", "decline.expired_card"),
)
OTHERS: Final = (GATEWAY, START, END, DELIVERY, RECEIVE, STREAM, CONFLICT)
NO_FAULTS: Final = FaultProfile()
KEEPING: Final = frozenset(row.name for row in KEEPERS)
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
    """`more`: optional fields of the request."""

    at_s: float
    user: str
    currency: str
    value: int
    key: str
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        amount = {"value": self.value, "currency": self.currency}
        return {"amount": amount, "user_id": self.user, **self.more}


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
    reads: tuple[tuple[float, str], ...] = ()
    reviews: tuple[float, ...] = ()
    faults_end_s: float = EXPIRY_S / 2
    profile: FaultProfile = NO_FAULTS

    def begin(self, world: World) -> None:
        """Schedule everything that happens."""
        kernel, customers = world.kernel, world.customers
        for d in self.deposits:
            kernel.at(d.at_s, partial(customers.deposit, d.key, d.body))
        for p in self.payments:
            kernel.at(p.at_s, partial(customers.pay, p.user, p.key, p.body))
        for bad in self.poison:
            world.checks.poison.add(bad.body)
            kernel.at(bad.at_s, partial(_send, world, bad))
        for at_s, user in self.reads:
            kernel.at(at_s, partial(customers.read, user))
        for at_s in self.reviews:
            kernel.at(at_s, world.operators.work)


def _send(world: World, bad: Poison) -> None:
    world.cloud.sqs.send(world.cloud.sqs.queues[named(bad.queue)], bad.body, {}, 0)


def body(value: int, currency: str, payee: str = PAYEES[0]) -> dict[str, Any]:
    return {"amount": {"value": value, "currency": currency}, "payee": payee}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who pays in which currencies, and during how many seconds."""

    users: Sequence[str]
    currencies: Sequence[str]
    spread_s: float


def drawn(seed: int) -> Story:
    """Draw a story of PAYMENTS payments; each of its parts has a random stream of its own."""
    streams = Streams(f"story {seed}")
    random = streams.of("cast")
    cast = Cast(
        users=[f"user-{n}" for n in range(1 + int(4 * random.random()))],
        currencies=["USD", "JPY", "KWD"][: 1 + int(3 * random.random())],
        spread_s=random.choice((1.0, 30.0, 600.0)),
    )
    payments = tuple(_payment(streams, cast, n) for n in range(PAYMENTS))
    reads, reviews, end = (streams.of(part) for part in ("reads", "reviews", "end of faults"))
    return Story(
        deposits=_deposits(streams, cast),
        payments=payments,
        poison=_poison(streams, payments),
        reads=tuple((1500 * reads.random(), reads.choice(cast.users)) for _ in range(3)),
        reviews=tuple(2000 * reviews.random() for _ in range(reviews.choice((0, 1, 4)))),
        faults_end_s=end.choice((5.0, 60.0, 0.9 * EXPIRY_S, 1.2 * EXPIRY_S, 3.0 * EXPIRY_S)),
        profile=_profile(streams),
    )


def _profile(streams: Streams) -> FaultProfile:
    random = streams.of("fault profile")
    draw = random.random()
    if draw < 0.15:  # one or two kinds, again and again
        kinds = {kind for kinds in (*CALL.values(), *OTHERS) for kind in kinds}
        only = frozenset(streams.ranked("kinds", kinds)[: random.choice((1, 2))])
        return FaultProfile(random.choice((0.03, 0.2, 0.7)), only=only)
    focus = streams.ranked("focus", FOCI)[0] if draw < 0.45 else ""
    return FaultProfile(random.choice(RATES), focus)


def _deposits(streams: Streams, cast: Cast) -> tuple[Deposit, ...]:
    """Return mostly early deposits; some are requested twice at the same time."""
    count = streams.of("wealth").choice((1, 6, 20, 40))
    made = [_deposit(streams, cast, n) for n in range(count)]
    return tuple(made + made[::4])


def _deposit(streams: Streams, cast: Cast, number: int) -> Deposit:
    key = f"deposit-{number}"
    random = streams.of(key)
    deposit = Deposit(
        at_s=cast.spread_s * random.random() ** 3,
        user=random.choice(cast.users),
        currency=random.choice(cast.currencies),
        value=1 + int(2000 * random.random()),
        key=key,
    )
    whole = filled(DEPOSIT, deposit.body, lambda name: streams.of(f"{key} {name}"))
    return replace(deposit, more={n: v for n, v in whole.items() if n not in deposit.body})


def _payment(streams: Streams, cast: Cast, number: int) -> Payment:
    site = f"payment {number}"
    random = streams.of(site)
    # Customers use the same keys on purpose: a key belongs to its user.
    asked = body(
        1 + int(1000 * random.random()), random.choice(cast.currencies), random.choice(PAYEES)
    )
    return Payment(
        at_s=cast.spread_s * random.random(),
        user=cast.users[number % len(cast.users)],
        key=f"key-{number // len(cast.users)}",
        body=filled(PAY, asked, lambda name: streams.of(f"{site} {name}")),
    )


def _poison(streams: Streams, payments: tuple[Payment, ...]) -> tuple[Poison, ...]:
    """Return messages that are no events, and forged events; none may move money."""
    if streams.of("poison").random() < 0.6:
        return ()
    garbage = tuple(_garbage(streams, n) for n in range(1, 3))
    return garbage + tuple(_forged(streams, payments, n) for n in range(3))


def _garbage(streams: Streams, number: int) -> Poison:
    site = f"garbage {number}"
    random = streams.of(site)
    queue = streams.ranked(site, routing.source_queues())[0]
    return Poison(1000 * random.random(), queue, random.choice(GARBAGE) + " " * number)


def _forged(streams: Streams, payments: tuple[Payment, ...], number: int) -> Poison:
    """Return a well-formed event about an unknown payment, or about another amount."""
    site = f"forged {number}"
    random = streams.of(site)
    pairs = [
        (e, c)
        for e in EVENTS.values()
        for c in e.consumers
        # A keeper has nothing to compare the first event with: only IAM keeps forgeries from it.
        if c.delivery == "queue" and not e.retryable and c.service not in KEEPING
    ]
    event, consumer = streams.ranked(site, pairs, lambda pair: pair[1].queue)[0]
    payment = random.choice(payments)
    key = payment.key if random.random() < 0.5 else f"forged-{number}"
    amount = payment.body["amount"]
    body = forged(event, payment.user, key, {**amount, "value": amount["value"] + 1000})
    return Poison(2000 * random.random(), consumer.queue, body)


def forged(event: Event, user: str, key: str, amount: Mapping[str, Any]) -> str:
    """Return a well-formed event about the payment of a key."""
    payment_id = derived("pay", user, key)
    data = {
        "payment_id": payment_id,
        "user_id": user,
        "amount": amount,
        "payee": "coffee-shop-42",
        "expires_at": "2026-03-01T12:15:00.000Z",
        "charge_id": "ch_forged",
        "reason": "insufficient_funds",
    }
    whole = {
        "specversion": "1.0",
        "id": event_id(event.type, payment_id),
        "source": event.producer,
        "type": event.type,
        "subject": payment_id,
        "time": "2026-03-01T12:00:00.000Z",
        "correlationid": f"forged-{key}",
        "data": data,
    }
    return json.dumps(whole)
