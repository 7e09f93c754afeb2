"""Wallets in DynamoDB: balance and reservations change together or not at all."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from generated.common import Money
from generated.services.wallet_service import WalletServiceMessage
from handlers.core.envelope import Cause
from handlers.core.errors import Conflict, Retryable
from handlers.core.identity import derived
from handlers.wallet_service.decisions import deposited
from handlers.wallet_service.fold import fold
from handlers.wallet_service.store import Wallets
from handlers.wallet_service.wallet import Balance, Deposit, wallet_id
from tests.builders import (
    ALICE,
    BOB,
    ENVIRONMENT,
    NOW,
    PAY_1,
    PAY_2,
    approved,
    initiated,
    money,
    payment_ids,
    rejected,
)
from tests.decisions.test_fold import message
from tests.runtime.fakes import AnswerLost, Client, always
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.wallet_service

USD = wallet_id(ALICE, "USD")


@pytest.fixture
def wallets(cloud: Cloud) -> Wallets:
    return Wallets(cloud.dynamodb, ENVIRONMENT["WALLETS_TABLE"])


def put_in(
    wallets: Wallets, amount: Money | None = None, user: str = ALICE, name: str = "1"
) -> None:
    """Deposit into a wallet, new or not."""
    amount = amount or money(1000)
    deposit = Deposit(
        deposit_id=derived("dep", name),
        user_id=user,
        amount=amount,
        created_at=NOW,
        request_fingerprint="first",
    )
    before = wallets.balance(wallet_id(user, amount.currency))
    wallets.commit_deposit(deposited(before, deposit), before=before, cause=Cause("cor-1"))


def receive(wallets: Wallets, *events: Any) -> None:
    messages = [message(event) for event in events]
    before = wallets.fetch(USD, [m.data.payment_id for m in messages])
    wallets.commit(before, fold(before, messages, NOW), NOW)


def read_then_overtaken(wallets: Wallets, mine: Sequence[WalletServiceMessage], other: Any) -> None:
    """Commit what was decided before another worker wrote."""
    before = wallets.fetch(USD, [m.data.payment_id for m in mine])
    receive(wallets, other)
    wallets.commit(before, fold(before, mine, NOW), NOW)


def statuses(wallets: Wallets, *payments: str) -> list[str]:
    found = wallets.fetch(USD, payments).reservations
    return [found[p].status if p in found else "none" for p in payments]


def test_what_was_never_deposited_is_no_wallet(wallets: Wallets) -> None:
    assert wallets.balance(USD) is None
    assert wallets.of_user(ALICE) == {}
    assert wallets.fetch(USD, [PAY_1]).balance is None


def test_a_deposit_and_its_balance_are_one_write(wallets: Wallets, cloud: Cloud) -> None:
    put_in(wallets)
    put_in(wallets, money(5), name="2")

    assert wallets.balance(USD) == Balance(available=1005, reserved=0, version=2)
    outboxes = [i["outbox"]["S"] for i in cloud.items("wallets") if "outbox" in i]
    assert [json.loads(o)["type"] for o in outboxes] == ["wallet.funds_deposited"] * 2


def test_the_same_deposit_is_written_once(wallets: Wallets, cloud: Cloud) -> None:
    put_in(wallets)
    before = cloud.items("wallets")

    with pytest.raises(Conflict):
        put_in(wallets)

    assert cloud.items("wallets") == before


def test_a_deposit_is_found_whatever_its_currency(wallets: Wallets) -> None:
    put_in(wallets, money(7, "EUR"))

    deposit, balance = wallets.fetch_deposit(derived("dep", "1"), USD)

    assert deposit is not None
    assert (deposit.user_id, deposit.amount) == (ALICE, money(7, "EUR"))
    assert balance is None


def test_each_user_lists_their_own_wallets_in_order(wallets: Wallets) -> None:
    put_in(wallets)
    put_in(wallets, money(1, "EUR"), name="2")
    put_in(wallets, money(2, "EUR"), user=BOB, name="3")
    receive(wallets, initiated())

    found = wallets.of_user(ALICE)

    assert {c: (b.available, b.reserved) for c, b in found.items()} == {
        "EUR": (1, 0),
        "USD": (500, 500),
    }
    assert list(found) == ["EUR", "USD"]


def test_a_reservation_and_the_balance_change_together(wallets: Wallets, cloud: Cloud) -> None:
    put_in(wallets)

    receive(wallets, initiated())

    assert wallets.balance(USD) == Balance(available=500, reserved=500, version=2)
    reservation = wallets.fetch(USD, [PAY_1]).reservations[PAY_1]
    outbox = json.loads(reservation.outbox or "")
    assert (reservation.status, reservation.user_id, reservation.version) == ("reserved", ALICE, 1)
    assert (outbox["type"], outbox["correlationid"]) == ("wallet.funds_reserved", "cor-1")
    assert outbox["causationid"].startswith("evt_")
    kept = [item for item in cloud.items("wallets") if item["entry"]["S"].startswith("RES")]
    assert "user_id" not in kept[0], "a reservation must stay out of the index"


@pytest.mark.parametrize(
    ("answer", "balance", "status", "event_type"),
    [
        (approved(), (500, 0), "deducted", "wallet.funds_deducted"),
        (rejected(), (1000, 0), "released", "wallet.funds_released"),
    ],
)
def test_a_reservation_closes_once(
    wallets: Wallets, answer: Any, balance: tuple[int, int], status: str, event_type: str
) -> None:
    put_in(wallets)
    receive(wallets, initiated())

    receive(wallets, answer)
    receive(wallets, answer)

    found = wallets.fetch(USD, [PAY_1])
    assert found.balance == Balance(available=balance[0], reserved=balance[1], version=3)
    assert found.reservations[PAY_1].status == status
    assert json.loads(found.reservations[PAY_1].outbox or "")["type"] == event_type


def test_a_duplicate_payment_is_announced_again_and_moves_nothing(wallets: Wallets) -> None:
    put_in(wallets)
    receive(wallets, initiated())

    receive(wallets, initiated())
    receive(wallets, initiated())

    found = wallets.fetch(USD, [PAY_1])
    assert found.balance == Balance(available=500, reserved=500, version=2)
    assert json.loads(found.reservations[PAY_1].outbox or "")["reannounced"] == 2


def test_a_refusal_leaves_no_wallet_behind(wallets: Wallets, cloud: Cloud) -> None:
    receive(wallets, initiated())

    assert statuses(wallets, PAY_1) == ["refused"]
    assert len(cloud.items("wallets")) == 1


def test_a_whole_batch_is_one_transaction_or_nothing(wallets: Wallets, cloud: Cloud) -> None:
    put_in(wallets)
    payments = payment_ids(5)
    mine = [message(initiated(payment_id=p, amount=money(100))) for p in payments]
    before = wallets.fetch(USD, payments)
    receive(wallets, initiated(payment_id=payments[3], amount=money(100)))
    untouched = cloud.items("wallets")

    with pytest.raises(Conflict):
        wallets.commit(before, fold(before, mine, NOW), NOW)

    assert cloud.items("wallets") == untouched


def test_two_workers_cannot_reserve_the_same_money(wallets: Wallets) -> None:
    put_in(wallets, money(500))

    with pytest.raises(Conflict):
        read_then_overtaken(wallets, [message(initiated())], initiated(payment_id=PAY_2))

    assert statuses(wallets, PAY_1, PAY_2) == ["none", "reserved"]
    assert wallets.balance(USD) == Balance(available=0, reserved=500, version=2)


@pytest.mark.parametrize("other", [approved(), rejected()])
@pytest.mark.parametrize("mine", [approved(), rejected()])
def test_two_workers_cannot_close_the_same_reservation(
    wallets: Wallets, mine: Any, other: Any
) -> None:
    put_in(wallets)
    receive(wallets, initiated())

    with pytest.raises(Conflict):
        read_then_overtaken(wallets, [message(mine)], other)

    balance = wallets.balance(USD)
    assert balance is not None
    assert balance.reserved == 0
    assert balance.available == (500 if other == approved() else 1000)


def test_a_batch_whose_moves_cancel_out_keeps_the_balance_right(wallets: Wallets) -> None:
    put_in(wallets, money(1000))
    receive(wallets, initiated(payment_id=PAY_1))
    (third,) = payment_ids(1)
    mine = [message(initiated(payment_id=PAY_2)), message(rejected(payment_id=PAY_1))]

    # Nothing of the balance changes, so another worker does not conflict; the amounts agree anyway.
    read_then_overtaken(wallets, mine, initiated(payment_id=third))

    assert statuses(wallets, PAY_1, PAY_2, third) == ["released", "reserved", "reserved"]
    assert wallets.balance(USD) == Balance(available=0, reserved=1000, version=3)


def test_a_write_whose_answer_was_lost_is_found_by_the_next_read(
    wallets: Wallets, cloud: Cloud
) -> None:
    losing = Wallets(AnswerLost(cloud.dynamodb).dynamodb, wallets.table)

    with pytest.raises(Conflict):
        receive(losing, initiated())
    receive(wallets, initiated())

    reservation = wallets.fetch(USD, [PAY_1]).reservations[PAY_1]
    assert (reservation.status, reservation.version) == ("refused", 2)


def test_a_read_that_stays_incomplete_is_never_taken_for_an_empty_wallet() -> None:
    left: Any = {"UnprocessedKeys": {"t": {"Keys": [{}]}}, "Responses": {}}
    client = Client({"batch_get_item": always(left)})

    with pytest.raises(Retryable, match="left 1 keys unread"):
        Wallets(client.dynamodb, "t").fetch(USD, [PAY_1])
