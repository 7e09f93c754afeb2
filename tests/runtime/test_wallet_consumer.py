"""wallet-service's consumer over real tables: a batch per wallet is one transaction."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from handlers.core.errors import Retryable
from handlers.runtime.queue import Received
from handlers.wallet_service import consumer as entry
from handlers.wallet_service.store import Wallets
from handlers.wallet_service.wallet import Balance, wallet_id
from tests.builders import (
    ALICE,
    BOB,
    ENVIRONMENT,
    PAY_1,
    PAY_2,
    VirtualTime,
    a_batch,
    a_record,
    approved,
    initiated,
    money,
    payment_ids,
    rejected,
    travelling,
)
from tests.decisions.test_fold import SLUGS, message
from tests.runtime.fakes import Wrapped, cancelled
from tests.stores.cloud import Cloud
from tests.stores.test_wallets import put_in

pytestmark = pytest.mark.wallet_service

USD = wallet_id(ALICE, "USD")


@dataclass
class Interfering(Wrapped):
    """A client that does something else just before one of its transactions."""

    before: dict[int, Callable[[], None]]
    transactions: list[int] = field(default_factory=list)

    def call(self, operation: str, real: Callable[[], Any], request: dict[str, Any]) -> Any:
        if operation == "transact_write_items":
            self.transactions.append(len(request["TransactItems"]))
            self.before.get(len(self.transactions), lambda: None)()
        return real()


@pytest.fixture
def wallets(cloud: Cloud) -> Wallets:
    return Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])


def react(wallets: Wallets, time: VirtualTime, *events: Any) -> list[Any]:
    """Return the notes of the decisions, or the classes of the failures."""
    batch = [Received(message(event), a_record("", "q")) for event in events]
    outcomes = entry.react(wallets, time.clock(), batch)
    return [type(o) if isinstance(o, Exception) else o for o in outcomes]


def watched(cloud: Cloud, **before: Callable[[], None]) -> tuple[Wallets, Interfering]:
    client = Interfering(cloud.dynamodb, {int(n.removeprefix("at")): f for n, f in before.items()})
    return Wallets(client.dynamodb, ENVIRONMENT["WALLETS_TABLE"]), client


def test_a_batch_of_one_wallet_is_one_transaction(cloud: Cloud, time: VirtualTime) -> None:
    wallets, client = watched(cloud)
    put_in(wallets, money(1000))
    payments = payment_ids(8)

    notes = react(wallets, time, *[initiated(payment_id=p, amount=money(100)) for p in payments])

    assert notes == ["reserved"] * 8
    assert client.transactions == [2, 9]
    assert wallets.balance(USD) == Balance(available=200, reserved=800, version=2)


def test_outcomes_come_in_the_order_of_the_batch_across_wallets(
    wallets: Wallets, time: VirtualTime
) -> None:
    put_in(wallets, money(500))
    put_in(wallets, money(500), user=BOB, name="2")
    first, second, third = payment_ids(3)

    notes = react(
        wallets,
        time,
        initiated(payment_id=first),
        initiated(payment_id=second, user_id=BOB),
        initiated(payment_id=third, amount=money(500, "EUR")),
        initiated(payment_id=payment_ids(4)[3]),
    )

    assert notes == [
        "reserved",
        "reserved",
        "refused: wallet_not_found",
        "refused: insufficient_funds",
    ]


def test_a_duplicate_in_one_batch_reserves_once(cloud: Cloud, time: VirtualTime) -> None:
    wallets, client = watched(cloud)
    put_in(wallets)

    notes = react(wallets, time, initiated(), initiated(), initiated())

    assert notes == ["reserved", "announced again", "announced again"]
    assert client.transactions == [2, 2]
    assert wallets.balance(USD) == Balance(available=500, reserved=500, version=2)


def test_a_payment_may_live_its_whole_life_in_one_batch(
    wallets: Wallets, time: VirtualTime
) -> None:
    put_in(wallets)

    notes = react(wallets, time, initiated(), approved(), approved(), initiated())

    assert notes == ["reserved", "deducted", "already deducted", "announced again"]
    assert wallets.balance(USD) == Balance(available=500, reserved=0, version=3)


def test_a_faster_worker_makes_the_batch_decide_again(cloud: Cloud, time: VirtualTime) -> None:
    plain = Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])
    put_in(plain, money(500))

    def other_worker() -> None:
        assert react(plain, VirtualTime(), initiated(payment_id=PAY_2)) == ["reserved"]

    wallets, client = watched(cloud, at1=other_worker)

    assert react(wallets, time, initiated()) == ["refused: insufficient_funds"]
    assert len(time.pauses) == 1
    assert plain.balance(USD) == Balance(available=0, reserved=500, version=2)
    assert client.transactions == [2]


def test_two_workers_with_the_same_message_move_the_money_once(
    cloud: Cloud, time: VirtualTime
) -> None:
    plain = Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])
    put_in(plain)
    react(plain, time, initiated())

    def other_worker() -> None:
        assert react(plain, VirtualTime(), rejected()) == ["released: do_not_honor"]

    wallets, _ = watched(cloud, at1=other_worker)

    assert react(wallets, time, rejected()) == ["already released"]
    assert plain.balance(USD) == Balance(available=1000, reserved=0, version=3)


def test_a_deposit_in_between_is_not_lost(cloud: Cloud, time: VirtualTime) -> None:
    plain = Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])
    put_in(plain, money(400))
    wallets, _ = watched(cloud, at1=lambda: put_in(plain, money(100), name="2"))

    notes = react(wallets, time, initiated(amount=money(300)), initiated(payment_id=PAY_2))

    assert notes == ["reserved", "refused: insufficient_funds"]
    assert plain.balance(USD) == Balance(available=200, reserved=300, version=3)


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (cancelled("ThrottlingError", "None"), Retryable),
        (cancelled("TransactionConflict", "None"), "reserved"),
    ],
)
def test_a_passing_failure_of_aws_fails_or_delays_the_whole_batch_of_a_wallet(
    cloud: Cloud, time: VirtualTime, error: Exception, outcome: Any
) -> None:
    put_in(Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"]))
    wallets, client = watched(cloud, at1=failing(error))

    notes = react(wallets, time, initiated(), initiated(payment_id=PAY_2))

    assert notes == [outcome] * 2
    assert len(client.transactions) == (1 if outcome is Retryable else 2)


def test_a_broken_wallet_affects_no_other(cloud: Cloud, time: VirtualTime) -> None:
    wallets = Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])
    put_in(wallets, user=BOB)
    broken = {"wallet_id": {"S": USD}, "entry": {"S": "BALANCE"}, "version": {"N": "1"}}
    cloud.dynamodb.put_item(TableName=wallets.table, Item=broken)

    notes = react(wallets, time, initiated(), initiated(payment_id=PAY_2, user_id=BOB))

    assert notes == [KeyError, "reserved"]


def test_one_broken_reservation_affects_no_other(cloud: Cloud, time: VirtualTime) -> None:
    wallets = Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])
    put_in(wallets)
    broken = {"wallet_id": {"S": USD}, "entry": {"S": f"RESERVATION#{PAY_1}"}}
    cloud.dynamodb.put_item(TableName=wallets.table, Item=broken)

    notes = react(wallets, time, initiated(), initiated(payment_id=PAY_2))

    assert notes == [KeyError, "reserved"]


def test_a_reservation_that_the_balance_does_not_cover_is_a_bug_and_moves_nothing(
    cloud: Cloud, time: VirtualTime
) -> None:
    wallets = Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])
    put_in(wallets)
    react(wallets, time, initiated())
    cloud.dynamodb.update_item(
        TableName=wallets.table,
        Key={"wallet_id": {"S": USD}, "entry": {"S": "BALANCE"}},
        UpdateExpression="SET reserved = :less",
        ExpressionAttributeValues={":less": {"N": "499"}},
    )
    before = cloud.items("wallets")

    assert react(wallets, time, approved()) == [ValueError]
    assert cloud.items("wallets") == before


def test_a_batch_through_the_entry_point_moves_money_and_announces_it(
    cloud: Cloud, time: VirtualTime
) -> None:
    wallets = Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])
    put_in(wallets)
    # Built at import, so by the real clock.
    events = (initiated(expires_at="2999-12-31T00:00:00.000Z"), rejected())
    records = [
        a_record(travelling(e), f"wallet-service--{SLUGS[type(e).__name__]}") for e in events
    ]

    response = entry.handler(a_batch(*records), None)

    assert response == {"batchItemFailures": []}
    (kept,) = [i for i in cloud.plain("wallets") if i["entry"].startswith("RESERVATION")]
    assert json.loads(kept["outbox"])["type"] == "wallet.funds_released"
    assert wallets.balance(USD) == Balance(available=1000, reserved=0, version=3)
