"""The stack of `make run` for tests, with the people who call it and all that it wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from infra.local import people
from infra.local.stack import LocalStack, Settings
from tests.running.callers import ENDED, Customer, Json, Operator
from tests.running.gateway import Simulator
from tests.running.pool import Issuer, issuer
from tests.running.queues import Queues


class RunningStack(LocalStack):
    """A running stack. Outside a sandbox, its tokens are signed with the pool's own key."""

    attempts_max = 1  # of a request that creates something

    @cached_property
    def alice(self) -> Customer:
        return Customer(self, "alice")

    @cached_property
    def bob(self) -> Customer:
        return Customer(self, "bob")

    @cached_property
    def operator(self) -> Operator:
        return Operator(self, people.OF_ROLE["operator"])

    @property
    def queues(self) -> Queues:
        return Queues(self.aws)

    @cached_property
    def simulator(self) -> Simulator:
        return Simulator.at(self.simulator_url, self.simulator_key)

    @cached_property
    def pool(self) -> Issuer:
        return issuer(self, self.outputs["UserPoolId"], self.outputs["UserPoolClientId"])

    def user_id(self, name: str) -> str:
        return people.user_id(self.aws, self.outputs, name)

    def token(self, name: str) -> str:
        if self.settings.sandbox:
            return super().token(name)
        return self.pool.token(self.user_id(name), *people.PEOPLE[name])

    def ends(self) -> dict[str, tuple[str, datetime]]:
        """Return payment → how and when it ended, of all that have."""
        return {
            item["payment_id"]["S"]: (
                item["status"]["S"],
                datetime.fromisoformat(item["updated_at"]["S"]),
            )
            for item in self._items("PaymentsTable")
            if item["status"]["S"] in ENDED
        }

    def announced(self, payment_id: str) -> dict[str, Json]:
        """Return event type → the event, as an outbox last announced it about the payment."""
        events: dict[str, Json] = {}
        for table in ("PaymentsTable", "WalletsTable", "ChargesTable"):
            for item in self._items(table):
                event = json.loads(item.get("outbox", {}).get("S", "{}"))
                if event.get("subject") == payment_id:
                    events[event["type"]] = event
        return events

    def money(self) -> dict[str, tuple[int, int]]:
        """Return what is available and what is reserved in every wallet."""
        return {
            item["wallet_id"]["S"]: (int(item["available"]["N"]), int(item["reserved"]["N"]))
            for item in self._items("WalletsTable")
            if item["entry"]["S"] == "BALANCE"
        }

    def _items(self, table: str) -> list[dict[str, Any]]:
        scan = self.client("dynamodb").get_paginator("scan")
        pages = scan.paginate(TableName=self.outputs[table], ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def logs(self) -> dict[str, str]:
        """Return the text of every log group, and of every log file of the stack's processes."""
        client = self.client("logs")
        found = {}
        for group in client.describe_log_groups()["logGroups"]:
            pages = client.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            events = [event["message"] for page in pages for event in page["events"]]
            found[group["logGroupName"]] = "\n".join(events)
        for path in (self.home.directory / "log").glob("*.log"):
            found[path.name] = path.read_text(errors="replace")
        return found


@contextmanager
def running(directory: Path, settings: Settings) -> Iterator[RunningStack]:
    """Run a stack of its own in the directory, with a process of every function started."""
    with RunningStack(directory, settings) as stack:
        stack.warm_up()
        yield stack
