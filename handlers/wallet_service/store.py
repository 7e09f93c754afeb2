"""Wallets in DynamoDB: key wallet_id and entry, which is BALANCE or RESERVATION#<payment>.

Deposits are stored under their own id. Only balances carry `user_id`, so only they are in the index
by-user.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generated.common import Money
from generated.events.wallet_funds_deposited import WalletFundsDeposited
from generated.services.wallet_service import WALLET_SERVICE_SENDS, WalletServiceMessage
from handlers.core.decision import Decision
from handlers.core.envelope import Cause
from handlers.runtime.commit import (
    Attributes,
    Item,
    Outbox,
    Write,
    batch_get,
    changed_item,
    commit,
    new_item,
    number,
    optional_text,
    reading,
    text,
    with_texts,
)
from handlers.wallet_service.decisions import Decided
from handlers.wallet_service.fold import Folded, Wallet
from handlers.wallet_service.wallet import Balance, Deposit, Deposited, Reservation, wallet_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OUTBOX = Outbox("wallet-service", WALLET_SERVICE_SENDS)
KEY = "wallet_id"
INDEX = "by-user"
BALANCE = "BALANCE"
DEPOSIT = "DEPOSIT"
RESERVATION = "RESERVATION#"


@dataclass(frozen=True, slots=True)
class Wallets:
    dynamodb: DynamoDBClient
    table: str

    def fetch(self, wallet: str, payment_ids: Sequence[str]) -> Wallet:
        """Return the balance and those payments' reservations now. Raises Retryable."""
        entries = [BALANCE, *(RESERVATION + payment_id for payment_id in payment_ids)]
        items = self._items(_key(wallet, entry) for entry in entries)
        found = {item["entry"]["S"]: item for item in items}
        user_id, _, _currency = wallet.rpartition("#")
        return Wallet(
            wallet,
            _balance(found[BALANCE]) if BALANCE in found else None,
            {
                entry.removeprefix(RESERVATION): _reservation(user_id, item)
                for entry, item in found.items()
                if entry != BALANCE
            },
        )

    def commit(self, before: Wallet, folded: Folded, now: str) -> None:
        """Write what a fold decided: one transaction, or nothing. Raises Conflict or Retryable."""
        writes = [self._reservation_write(before, m, d, now) for m, d in folded.decisions]
        if before.balance and folded.balance and folded.balance != before.balance:
            writes.append(self._balance_update(before.wallet_id, before.balance, folded.balance))
        commit(self.dynamodb, writes)

    def balance(self, wallet: str) -> Balance | None:
        """Raises Retryable."""
        answer = reading(
            "read a wallet",
            lambda: self.dynamodb.get_item(
                TableName=self.table, Key=_key(wallet, BALANCE), ConsistentRead=True
            ),
        )
        return _balance(answer["Item"]) if "Item" in answer else None

    def of_user(self, user_id: str) -> dict[str, Balance]:
        """Return currency → balance of each of the user's wallets, sorted by currency.

        Raises Retryable.
        """
        answer = reading(
            "list wallets",
            lambda: self.dynamodb.query(
                TableName=self.table,
                IndexName=INDEX,
                KeyConditionExpression="user_id = :user",
                ExpressionAttributeValues={":user": text(user_id)},
            ),
        )
        wallets = [item["wallet_id"]["S"] for item in answer["Items"]]
        items = self._items(_key(wallet, BALANCE) for wallet in wallets)
        by_currency = {i["wallet_id"]["S"].rpartition("#")[2]: _balance(i) for i in items}
        return dict(sorted(by_currency.items()))

    def fetch_deposit(self, deposit_id: str, wallet: str) -> tuple[Deposit | None, Balance | None]:
        """Return the deposit with this id (into any wallet) and the balance of `wallet`.

        Raises Retryable.
        """
        items = self._items([_key(deposit_id, DEPOSIT), _key(wallet, BALANCE)])
        found = {item["entry"]["S"]: item for item in items}
        deposit, balance = found.get(DEPOSIT), found.get(BALANCE)
        return _deposit(deposit) if deposit else None, _balance(balance) if balance else None

    def commit_deposit(
        self,
        decided: Decision[Deposited, WalletFundsDeposited],
        *,
        before: Balance | None,
        cause: Cause,
    ) -> None:
        """Write a deposit with its announcement, and its wallet's balance.

        Raises Conflict or Retryable.
        """
        deposit, after = decided.state.deposit, decided.state.balance
        outbox = OUTBOX.of(
            decided, subject=deposit.deposit_id, before=None, now=deposit.created_at, cause=cause
        )
        item = _deposit_item(deposit) | with_texts({"outbox": outbox})
        wallet = wallet_id(deposit.user_id, deposit.amount.currency)
        balance = (
            self._balance_update(wallet, before, after)
            if before
            else self._balance_put(wallet, deposit.user_id, after)
        )
        commit(self.dynamodb, [new_item(self.table, item, key=KEY), balance])

    def _items(self, keys: Iterable[Item]) -> list[Item]:
        return batch_get(self.dynamodb, self.table, list(keys), doing="read wallets")

    def _reservation_write(
        self, before: Wallet, message: WalletServiceMessage, decided: Decided, now: str
    ) -> Write:
        payment_id = message.data.payment_id
        reservation = decided.state.reservation
        if reservation is None:
            raise ValueError(f"a decision about {payment_id} has no reservation")
        known = before.reservations.get(payment_id)
        outbox = OUTBOX.of(
            decided,
            subject=payment_id,
            before=known.outbox if known else None,
            now=now,
            cause=Cause(message.correlationid, message.id),
        )
        changes = with_texts({"status": reservation.status, "outbox": outbox})
        key = _key(before.wallet_id, RESERVATION + payment_id)
        if known is None:
            return new_item(self.table, key | _reservation_item(reservation) | changes, key=KEY)
        return changed_item(self.table, key, changes, version=known.version)

    def _balance_update(self, wallet: str, before: Balance, after: Balance) -> Write:
        return changed_item(
            self.table, _key(wallet, BALANCE), _balance_item(after), version=before.version
        )

    def _balance_put(self, wallet: str, user_id: str, after: Balance) -> Write:
        item = _key(wallet, BALANCE) | {"user_id": text(user_id)} | _balance_item(after)
        return new_item(self.table, item, key=KEY)


def _key(wallet: str, entry: str) -> Attributes:
    return {"wallet_id": text(wallet), "entry": text(entry)}


def _balance_item(balance: Balance) -> Attributes:
    return {"available": number(balance.available), "reserved": number(balance.reserved)}


def _reservation_item(reservation: Reservation) -> Attributes:
    return {
        "payment_id": text(reservation.payment_id),
        "amount": number(reservation.amount.value),
    }


def _balance(item: Item) -> Balance:
    return Balance(
        available=int(item["available"]["N"]),
        reserved=int(item["reserved"]["N"]),
        version=int(item["version"]["N"]),
    )


def _reservation(user_id: str, item: Item) -> Reservation:
    currency = item["wallet_id"]["S"].rpartition("#")[2]
    return Reservation(
        payment_id=item["payment_id"]["S"],
        user_id=user_id,
        amount=Money(value=int(item["amount"]["N"]), currency=currency),
        status=item["status"]["S"],
        version=int(item["version"]["N"]),
        outbox=optional_text(item, "outbox"),
    )


def _deposit_item(deposit: Deposit) -> Attributes:
    return _key(deposit.deposit_id, DEPOSIT) | {
        "deposited_by_request": text(deposit.request_fingerprint),
        "deposited_to": text(wallet_id(deposit.user_id, deposit.amount.currency)),
        "amount": number(deposit.amount.value),
        "created_at": text(deposit.created_at),
    }


def _deposit(item: Item) -> Deposit:
    user_id, _, currency = item["deposited_to"]["S"].rpartition("#")
    return Deposit(
        deposit_id=item["wallet_id"]["S"],
        user_id=user_id,
        amount=Money(value=int(item["amount"]["N"]), currency=currency),
        created_at=item["created_at"]["S"],
        request_fingerprint=item["deposited_by_request"]["S"],
    )
