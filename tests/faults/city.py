"""People who pay in bad weather: they try again with the same key until they are answered."""

from __future__ import annotations

import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

import httpx

from tests.flows.town import ENDED, Town, until

ATTEMPTS_MAX: Final = 40
PAUSE_S: Final = 0.25
PAYERS: Final = 4


@dataclass
class City(Town):
    """A town whose clients do what the contract asks of them: try again, with the same key."""

    def insist(self, name: str, path: str, body: dict[str, object]) -> httpx.Response:
        """Raises AssertionError when it is refused, or never answered."""
        key = str(uuid.uuid4())
        for _ in range(ATTEMPTS_MAX):
            answer = self.call(name, "POST", path, key=key, body=body)
            if not answer.is_server_error:
                assert answer.status_code == httpx.codes.CREATED, answer.text
                return answer
            time.sleep(PAUSE_S)
        raise AssertionError(f"{path} was not answered in {ATTEMPTS_MAX} attempts: {answer.text}")

    def fund(self, name: str, value: int, currency: str) -> None:
        amount = {"value": value, "currency": currency}
        self.insist(name, f"/wallets/{currency}/deposits", {"amount": amount})

    def pay_all(self, name: str, payees: list[str], value: int, currency: str) -> list[str]:
        """Ids of the payments, one per payee, sent by a few people at once."""
        amount = {"value": value, "currency": currency}

        def one(payee: str) -> str:
            answer = self.insist(name, "/payments", {"amount": amount, "payee": payee})
            return str(answer.json()["payment_id"])

        with ThreadPoolExecutor(PAYERS) as pool:
            return list(pool.map(one, payees))

    def pending(self, name: str, payment_ids: list[str]) -> int:
        """How many have not ended yet, as far as can be seen."""
        seen = (self.payment(name, payment_id).get("status") for payment_id in payment_ids)
        return sum(1 for status in seen if status not in ENDED)

    def ends_of(
        self, name: str, payment_ids: list[str], meanwhile: Callable[[], object] | None = None
    ) -> Counter[str]:
        """As in any town; operators redrive what was parked meanwhile."""
        return Town.ends_of(self, name, payment_ids, meanwhile or self.redrive_all)

    def redrive_all(self) -> int:
        """What an operator does after an outage. Returns how many events were sent back."""
        events = self.failed_events()
        for event in events:
            path = f"/failed-events/{event['failed_event_id']}/redrive"
            self.call("olivia", "POST", path, body={"note": "the weather is better now"})
        return len(events)

    def settle(self) -> None:
        """Until nothing is on its way and nothing is parked."""

        def look() -> int:
            sent_back = self.redrive_all()
            self.await_quiet()
            return sent_back

        until("an empty list of failed events", look, lambda seen: seen == 0)
