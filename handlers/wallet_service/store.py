"""Wallets in DynamoDB: key wallet_id and entry (BALANCE, RESERVATION#<payment>), deposits under
their own id.

A balance carries `user_id`, which puts it, and nothing else, into the index by-user.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generated.common import Money
from generated.model import Model
from generated.services.wallet_service import WALLET_SERVICE_SENDS, WalletServiceMessage
from handlers.core.envelope import Cause, announced_again, announcement
from handlers.runtime.commit import Item, batch_get, commit, number, optional_text, reading, text
from handlers.wallet_service.decisions import Decided
from handlers.wallet_service.fold import Folded, Wallet
from handlers.wallet_service.wallet import Balance, Deposit, Reservation, wallet_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SOURCE = "wallet-service"
INDEX = "by-user"
BALANCE = "BALANCE"
DEPOSIT = "DEPOSIT"
RESERVATION = "RESERVATION#"


@dataclass(frozen=True, slots=True)
class Wallets:
    dynamodb: DynamoDBClient
    table: str

    def fetch(self, wallet: str, payment_ids: Sequence[str]) -> Wallet:
        """The balance and those payments' reservations, as they stand now. Raises Retryable."""
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
        """Currency → balance of each of the user's wallets, in the order of the currencies.

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
        """The deposit with this id (into whichever wallet), and the balance of `wallet`.

        Raises Retryable.
        """
        items = self._items([_key(deposit_id, DEPOSIT), _key(wallet, BALANCE)])
        found = {item["entry"]["S"]: item for item in items}
        deposit, balance = found.get(DEPOSIT), found.get(BALANCE)
        return _deposit(deposit) if deposit else None, _balance(balance) if balance else None

    def commit_deposit(
        self,
        deposit: Deposit,
        *,
        before: Balance | None,
        after: Balance,
        event: Model,
        cause: Cause,
    ) -> None:
        """Write a deposit and its wallet's balance. Raises Conflict or Retryable."""
        wallet = wallet_id(deposit.user_id, deposit.amount.currency)
        outbox = _outbox(event, deposit.deposit_id, deposit.created_at, cause)
        put: Any = {
            "TableName": self.table,
            "Item": _deposit_item(deposit) | {"outbox": text(outbox)},
            "ConditionExpression": "attribute_not_exists(wallet_id)",
        }
        balance = (
            self._balance_update(wallet, before, after)
            if before
            else self._balance_put(wallet, deposit.user_id, after)
        )
        commit(self.dynamodb, [{"Put": put}, balance])

    def _items(self, keys: Iterable[Item]) -> list[Item]:
        return batch_get(self.dynamodb, self.table, list(keys), doing="read wallets")

    def _reservation_write(
        self, before: Wallet, message: WalletServiceMessage, decided: Decided, now: str
    ) -> Any:
        payment_id = message.data.payment_id
        reservation = decided.state.reservation
        known = before.reservations.get(payment_id)
        if reservation is None:
            raise TypeError(f"a decision about {payment_id} has no reservation")
        if decided.kind == "again":
            outbox = announced_again(reservation.outbox or "{}")
        else:
            (event,) = decided.events
            outbox = _outbox(event, payment_id, now, Cause(message.correlationid, message.id))
        if known is None:
            return self._reservation_put(before.wallet_id, reservation, outbox)
        return self._reservation_update(before.wallet_id, known, reservation, outbox)

    def _reservation_put(self, wallet: str, reservation: Reservation, outbox: str) -> Any:
        item = _key(wallet, RESERVATION + reservation.payment_id) | {
            "payment_id": text(reservation.payment_id),
            "status": text(reservation.status),
            "amount": number(reservation.amount.value),
            "version": number(1),
            "outbox": text(outbox),
        }
        condition = "attribute_not_exists(wallet_id)"
        return {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": condition}}

    def _reservation_update(
        self, wallet: str, known: Reservation, reservation: Reservation, outbox: str
    ) -> Any:
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(wallet, RESERVATION + reservation.payment_id),
                "UpdateExpression": "SET #status = :status, outbox = :outbox, version = :next",
                "ConditionExpression": "version = :version",
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {
                    ":status": text(reservation.status),
                    ":outbox": text(outbox),
                    ":version": number(known.version),
                    ":next": number(known.version + 1),
                },
            }
        }

    def _balance_update(self, wallet: str, before: Balance, after: Balance) -> Any:
        return {
            "Update": {
                "TableName": self.table,
                "Key": _key(wallet, BALANCE),
                "UpdateExpression": (
                    "SET available = :available, reserved = :reserved, version = :next"
                ),
                "ConditionExpression": "version = :version",
                "ExpressionAttributeValues": {
                    ":available": number(after.available),
                    ":reserved": number(after.reserved),
                    ":version": number(before.version),
                    ":next": number(before.version + 1),
                },
            }
        }

    def _balance_put(self, wallet: str, user_id: str, after: Balance) -> Any:
        item = _key(wallet, BALANCE) | {
            "user_id": text(user_id),
            "available": number(after.available),
            "reserved": number(after.reserved),
            "version": number(1),
        }
        condition = "attribute_not_exists(wallet_id)"
        return {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": condition}}


def _key(wallet: str, entry: str) -> dict[str, dict[str, str]]:
    return {"wallet_id": text(wallet), "entry": text(entry)}


def _outbox(event: Model, subject: str, now: str, cause: Cause) -> str:
    return announcement(
        event,
        event_type=WALLET_SERVICE_SENDS[type(event)],
        source=SOURCE,
        subject=subject,
        time=now,
        cause=cause,
    )


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


def _deposit_item(deposit: Deposit) -> dict[str, dict[str, str]]:
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
