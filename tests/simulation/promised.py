"""What customers were promised and what the gateway decided, compared with what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from handlers.gateway_processor.charge import EXPIRED_REASON
from tests.simulation.bodies import shown
from tests.simulation.cloud.expressions import Item
from tests.simulation.customers import PAY, Request
from tests.simulation.money import DEPOSIT, amount
from tests.simulation.texts import parsed

if TYPE_CHECKING:
    from tests.simulation.world import World

PAGE_SIZE: Final = 10
# The four that end together: payment, reservation, charge, and the gateway's own outcome.
ENDS: Final = (
    ("completed", "deducted", "approved", "approved"),
    ("failed", "released", "declined", "declined"),
    ("failed", "released", "expired", "cancelled"),
    ("failed", "released", "expired", "none"),
    ("failed", "refused", "none", "none"),
)


def asked_for(payment: Item) -> dict[str, Any]:
    """Return amount and payee of a stored payment, as its request has them."""
    value = {"value": amount(payment), "currency": payment["currency"]["S"]}
    return {"amount": value, "payee": payment["payee"]["S"]}


def wallet_of(deposit: Mapping[str, Any]) -> str:
    return f"{deposit['user_id']}#{deposit['amount']['currency']}"


class Promised:
    """`payments` and `wallets` are the items of those tables by key."""

    def __init__(
        self, world: World, payments: Mapping[Any, Item], wallets: Mapping[Any, Item]
    ) -> None:
        self._world, self._payments, self._wallets = world, payments, wallets

    def at_the_end(self) -> None:
        """Check that exactly the accepted payments and deposits exist, as they were requested."""
        self._payments_accepted()
        self._deposits_accepted()

    def _payments_accepted(self) -> None:
        promises = self._world.customers.promises
        made = {promise.id for promise in promises.values()}
        if len(made) != len(promises) or made != {key for (key,) in self._payments}:
            self._problem(f"{len(promises)} payments were accepted, {len(self._payments)} exist")
        for (user, key), promise in promises.items():
            item = self._payments.get((promise.id,))
            if item is None or item["user_id"]["S"] != user:
                self._problem(f"user {user} with key {key} has no payment")
            elif asked_for(item) != {n: (promise.body or {})[n] for n in ("amount", "payee")}:
                self._problem(f"{promise.id} is {asked_for(item)}, not {promise.body}")

    def _deposits_accepted(self) -> None:
        promises = self._world.customers.deposits
        accepted = {
            promise.id: (wallet_of(promise.body), promise.body["amount"]["value"])
            for promise in promises.values()
            if promise.body
        }
        stored = {
            deposit_id: (item["deposited_to"]["S"], amount(item))
            for (deposit_id, entry), item in self._wallets.items()
            if entry == DEPOSIT
        }
        if accepted != stored or len(accepted) != len(promises):
            self._problem(
                f"deposits were accepted that differ: {accepted.items() ^ stored.items()}"
            )

    def ended(self, key: str, payment: Item, reservation: Item | None, charge: Item | None) -> None:
        """Check that payment, reservation, charge and gateway agree, also in the reason."""
        outcome = self._world.ledger.outcomes.get(key, {})
        actual = self._world.ledger.status(key)
        statuses = (payment["status"]["S"], _status(reservation), _status(charge), actual)
        if statuses not in ENDS:
            self._problem(f"payment {key} ended {' '.join(statuses)}")
        wanted = {
            "declined": outcome.get("decline_code"),
            "expired": EXPIRED_REASON,
            "none": announced_reason(reservation) if reservation else None,
        }.get(_status(charge))
        reason = payment.get("failure_code", {}).get("S")
        if reason != wanted:
            self._problem(f"payment {key} ended {' '.join(statuses)} for {reason}, not {wanted}")

    def read_back(self) -> None:
        """Read everything that customers can see; `World` runs until it is answered."""
        for user in sorted({user for user, _ in self._world.customers.promises}):
            accepted = self._world.customers.accepted(user)
            own = {
                key: _expected(item) | asked_of(accepted.get(key, {}))
                for (key,), item in self._payments.items()
                if item["user_id"]["S"] == user
            }
            self._list(user, dict(own))
            for key in sorted(own)[:1]:
                self._get(user, key, own[key])
            self._balances(user)

    def _list(self, user: str, left: dict[str, Any], cursor: str | None = None) -> None:
        query = {"page_size": str(PAGE_SIZE)} | ({"cursor": cursor} if cursor else {})

        def done(answer: Any) -> None:
            for seen in answer.body["items"]:
                if left.pop(seen["payment_id"], None) != _shown(seen):
                    self._problem(f"the list of {user} shows {seen}")
            following = answer.body.get("next_cursor")
            if following:
                self._list(user, left, following)
            elif left:
                self._problem(f"the list of {user} does not show {sorted(left)}")

        self._world.api.send(Request("GET", "/payments", user, query=query), done)

    def _get(self, user: str, key: str, wanted: Any) -> None:
        def done(answer: Any) -> None:
            if answer.status != 200 or _shown(answer.body) != wanted:
                self._problem(f"{user} reads {key}: {answer.status} {answer.body}")

        path = {"payment_id": key}
        self._world.api.send(Request("GET", "/payments/{payment_id}", user, path=path), done)

    def _balances(self, user: str) -> None:
        wanted = {
            item["wallet_id"]["S"].rpartition("#")[2]: (
                int(item["available"]["N"]),
                int(item["reserved"]["N"]),
            )
            for item in self._wallets.values()
            if item.get("user_id", {}).get("S") == user
        }

        def done(answer: Any) -> None:
            seen = {w["currency"]: (w["available"], w["reserved"]) for w in answer.body["items"]}
            if seen != wanted:
                self._problem(f"{user} reads the balances {seen}, not {wanted}")

        self._world.api.send(Request("GET", "/wallets", user), done)

    def _problem(self, text: str) -> None:
        self._world.problem(text)


def announced_reason(item: Item) -> str | None:
    """Return the reason in the event that an item announces."""
    reason: str | None = parsed(item["outbox"]["S"])["data"].get("reason")
    return reason


def _status(item: Item | None) -> str:
    return str(item["status"]["S"]) if item else "none"


def _expected(item: Item) -> dict[str, Any]:
    """Status and failure code of a payment, as the API should show them."""
    return {
        "status": item["status"]["S"],
        "failure_code": item.get("failure_code", {}).get("S"),
    }


def asked_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a request to pay that the API shows again."""
    return {name: body.get(name) for name in shown(PAY)}


def _shown(seen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a shown payment that are checked."""
    return {name: seen.get(name) for name in ("status", "failure_code")} | asked_of(seen)
