"""People who call the API of a running stack: customers who pay, and an operator."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import httpx

from infra.local.http import http
from tests.running.waiting import until

if TYPE_CHECKING:
    from tests.running.stack import RunningStack

ENDED: Final = frozenset({"completed", "failed"})
PAUSE_S: Final = 0.25
SENDERS: Final = 4
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a token, who sends a request again when the API answers 5xx."""

    stack: RunningStack
    name: str

    def call(
        self, method: str, path: str, *, key: str | None = None, body: Json | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.stack.token(self.name)}"}
        headers |= {"Idempotency-Key": key} if key else {}
        return http().request(method, f"{self.stack.base_url}{path}", headers=headers, json=body)

    def create(self, path: str, body: Json, key: str | None = None) -> dict[str, Any]:
        """Return what was created. Raises AssertionError when it was refused or failed.

        Every attempt has the same key, so that no answer that was lost creates anything twice.
        """
        key = key or str(uuid.uuid4())
        for _ in range(self.stack.attempts_max):
            answer = self.call("POST", path, key=key, body=body)
            if not answer.is_server_error:
                break
            time.sleep(PAUSE_S)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        created: dict[str, Any] = answer.json()
        return created


@dataclass(frozen=True, slots=True)
class Customer(Caller):
    """Somebody who has wallets and pays from them. Amounts are in minor units."""

    @property
    def user_id(self) -> str:
        return self.stack.user_id(self.name)

    def fund(self, value: int, currency: str) -> None:
        """Have an operator deposit this into the customer's wallet."""
        body = {"amount": {"value": value, "currency": currency}, "user_id": self.user_id}
        self.stack.operator.create(f"/wallets/{currency}/deposits", body)

    def pay(
        self,
        value: int,
        currency: str,
        *,
        payee: str = "coffee-shop-42",
        key: str | None = None,
    ) -> str:
        """Return the id of a new payment."""
        body = {"amount": {"value": value, "currency": currency}, "payee": payee}
        return str(self.create("/payments", body, key)["payment_id"])

    def pay_all(self, payees: Sequence[str], value: int, currency: str) -> list[str]:
        """Return the ids of a payment per payee; some are sent at the same time."""
        with ThreadPoolExecutor(SENDERS) as pool:
            return list(pool.map(lambda payee: self.pay(value, currency, payee=payee), payees))

    def payment(self, payment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call("GET", f"/payments/{payment_id}").json()
        return found

    def wallet(self, currency: str) -> tuple[int, int]:
        """Return what is available and what is reserved."""
        found = self.call("GET", f"/wallets/{currency}").json()
        assert found["posted"] == found["available"] + found["reserved"]
        return found["available"], found["reserved"]

    def end_of(self, payment_id: str) -> tuple[str, str | None]:
        """Return the status and the failure code of the payment, once it has ended."""
        ended = until(
            f"the end of {payment_id}",
            lambda: self.payment(payment_id),
            lambda payment: payment.get("status") in ENDED,
        )
        return ended["status"], ended.get("failure_code")

    def ends_of(
        self, payment_ids: Sequence[str], meanwhile: Callable[[], object] = lambda: None
    ) -> Counter[str]:
        """Return how many ended how, once all have; `meanwhile` is done before each look."""
        pending = list(payment_ids)
        ends: Counter[str] = Counter()

        def look() -> int:
            meanwhile()
            while pending:  # the first that is still pending is enough to know
                status = self.payment(pending[-1]).get("status")
                if status not in ENDED:
                    break
                ends[str(status)] += 1
                pending.pop()
            return len(pending)

        until("the end of every payment", look, lambda left: left == 0)
        return ends

    def pending(self, payment_ids: Sequence[str]) -> int:
        """Return how many have not ended, or cannot be read now."""
        return sum(self.payment(one).get("status") not in ENDED for one in payment_ids)


@dataclass(frozen=True, slots=True)
class Operator(Caller):
    """Somebody who deposits, and reviews failed events."""

    def failed_events(self, status: str = "open") -> list[dict[str, Any]]:
        answer = self.call("GET", f"/failed-events?status={status}&page_size=100")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def parked(self, **fields: str) -> dict[str, Any]:
        """Return the open failed event with these fields, once it is parked."""

        def look() -> list[dict[str, Any]]:
            return [event for event in self.failed_events() if fields.items() <= event.items()]

        return until(f"a failed event with {fields}", look, bool)[0]

    def review(self, failed_event_id: str, verb: str, note: str) -> httpx.Response:
        """Answer of `redrive` or `discard`."""
        return self.call("POST", f"/failed-events/{failed_event_id}/{verb}", body={"note": note})

    def redrive_all(self) -> int:
        """Send back every open failed event. Return how many there were."""
        events = self.failed_events()
        for event in events:
            self.review(event["failed_event_id"], "redrive", "the outage is over")
        return len(events)
