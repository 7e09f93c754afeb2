"""What must hold on every write, on every acknowledgement, and at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from tests.simulation.cloud.dynamodb import Change
from tests.simulation.cloud.events import Entry
from tests.simulation.cloud.expressions import Item
from tests.simulation.cloud.sqs import Message, Queue
from tests.simulation.cloud.stack import named
from tests.simulation.conformance import Conformance
from tests.simulation.keepers import TABLES, THINGS
from tests.simulation.lambdas import SKEW_MAX_S
from tests.simulation.messages import Messages
from tests.simulation.money import BALANCE, DEPOSIT, RESERVATION, Money
from tests.simulation.promised import Promised, announced_reason, asked_for
from tests.simulation.states import EVENTS, States
from tests.simulation.texts import parsed

if TYPE_CHECKING:
    from tests.simulation.world import World

PAYMENTS: Final = named("payments")
WALLETS: Final = named("wallets")
CHARGES: Final = named("charges")
FAILED_EVENTS: Final = named("failed-events")
# A claim that is decided in time may be written this much later: slow, late, a wrong clock.
LANDS_LATER_MAX_S: Final = SKEW_MAX_S + 150.0


class Checks:
    def __init__(self, world: World) -> None:
        self._world = world
        self._tables = world.cloud.dynamodb.tables
        problem = world.problem
        self.poison: set[str] = set()
        self.money = Money(problem, lambda: world.kernel.now_s)
        self.states = States(problem)
        self.conformance = Conformance(problem)
        self.messages = Messages(
            problem=problem,
            status=self.status,
            repeats=self._repeats,
            published=lambda body: self.states.written.get(body, 0),
            sender=lambda: world.kernel.task.name if world.kernel.task else "",
            measured=lambda kind: world.metrics.counts[f"EventCount/{kind}"],
            is_poison=self.is_poison,
        )
        self.promised = Promised(world, self._tables[PAYMENTS].items, self._tables[WALLETS].items)
        self._reservations: dict[str, Item] = {}

    def is_poison(self, body: str) -> bool:
        return body in self.poison

    def on_sent(self, queue: Queue, message: Message) -> None:
        self.messages.on_sent(queue, message)

    def on_acknowledged(self, queue: Queue, message: Message) -> None:
        self.messages.on_acknowledged(queue, message)

    def on_published(self, entry: Entry) -> None:
        self.states.on_published(entry)

    def on_invoked(self, function: str, detail: str) -> None:
        event = parsed(detail)
        counted = self._world.metrics.counts[f"EventCount/{event['type']}"]
        if not event.get("reannounced") and not counted:
            self._world.problem(f"{function} handled {event['type']} and measured nothing")

    def on_commit(self, changes: Sequence[Change]) -> None:
        """Check one atomic write."""
        for change in changes:
            self._on_change(change)
        in_wallets = [change for change in changes if change.table == WALLETS]
        if in_wallets:
            self.money.on_commit(in_wallets)
            self._refusals(in_wallets)

    def _on_change(self, change: Change) -> None:
        if change.table == PAYMENTS:
            self.states.on_write("payment", change)
            self._payment(change)
        elif change.table == CHARGES:
            self.states.on_write("charge", change)
            self._charge(change)
        elif change.table == FAILED_EVENTS:
            self.states.on_write("failed event", change)
            self._failed_event(change)
        elif change.table in THINGS:
            self.states.on_write(THINGS[change.table], change)
        elif change.key[1] == BALANCE:
            self.states.on_balance(change)
        elif change.key[1] == DEPOSIT:
            self.states.on_deposit(change)
        elif change.key[1].startswith(RESERVATION):
            self._reservations[change.key[1].removeprefix(RESERVATION)] = change.new
            self.states.on_write("reservation", change)
            self._reservation(change)

    def _follow(self, thing: str, key: str, change: Change) -> None:
        """Take the step in the model, when the status changed."""
        status = change.new["status"]["S"]
        if change.old is None and thing == "payment":
            self.conformance.created(key)
        elif change.old is None or change.old["status"]["S"] != status:
            self.conformance.moved(key, thing, status, EVENTS[thing][status])

    def status(self, thing: str, payment_id: str) -> str:
        """Return the status of a payment, or of what is kept of it; `none` when it is missing."""
        item: Item | None
        if thing == "reservation":
            item = self._reservations.get(payment_id)
        else:
            table = {"payment": PAYMENTS, "charge": CHARGES, **TABLES}[thing]
            item = self._tables[table].items.get((payment_id,))
        return str(item["status"]["S"]) if item else "none"

    def _repeats(self, payment_id: str) -> int:
        item = self._tables[PAYMENTS].items.get((payment_id,))
        return int(parsed(item["outbox"]["S"]).get("reannounced", 0)) if item else 0

    def _payment(self, change: Change) -> None:
        (key,) = change.key
        self._follow("payment", key, change)
        reservation, actual = self.status("reservation", key), self._world.ledger.status(key)
        match change.new["status"]["S"]:
            case "completed" if (reservation, actual) != ("deducted", "approved"):
                self._world.problem(f"{key} completed: reservation {reservation}, gateway {actual}")
            case "failed" if reservation not in ("released", "refused") or actual == "approved":
                self._world.problem(f"{key} failed: reservation {reservation}, gateway {actual}")

    def _reservation(self, change: Change) -> None:
        key = change.key[1].removeprefix(RESERVATION)
        self._follow("reservation", key, change)
        actual = self._world.ledger.status(key)
        match change.new["status"]["S"]:
            case "deducted" if actual != "approved":
                self._world.problem(f"{key} deducted, but the gateway has {actual}")
            case "released" if self._may_still_be_charged(key):
                self._world.problem(f"{key} released, but the gateway has {actual}")
            case "reserved" if change.old is None:
                event = parsed(change.new["outbox"]["S"])
                if event["time"] >= event["data"]["expires_at"]:
                    self._world.problem(f"{key} reserved after its end: {event}")
            case "refused" if announced_reason(change.new) == "expired" and self._is_early(key):
                self._world.problem(f"{key} was refused as expired before its end")

    def _is_early(self, payment_id: str) -> bool:
        """Whether a payment has not reached its deadline by any clock."""
        item = self._tables[PAYMENTS].items.get((payment_id,))
        end_s = seconds(item["expires_at"]["S"]) if item else 0.0
        return self._world.kernel.now_s < end_s - SKEW_MAX_S

    def _refusals(self, changes: Sequence[Change]) -> None:
        """Check that each refusal is right for the balance that it was decided on."""
        refused = [
            (change.key[0], parsed(change.new["outbox"]["S"])["data"])
            for change in changes
            if change.old is None and change.new.get("status", {}).get("S") == "refused"
        ]
        task = self._world.kernel.task
        folded = any(change.key[1] == BALANCE for change in changes)
        for wallet, data in refused:
            value, reason = data["amount"]["value"], data["reason"]
            if folded:
                self.money.check_refusal_among(changes, value, reason)
            elif task is not None and task.read_s is not None:  # none: it landed late
                self.money.check_refusal(wallet, value, reason, task.read_s)

    def _may_still_be_charged(self, key: str) -> bool:
        actual = self._world.ledger.status(key)
        return actual == "approved" or (actual == "none" and self._world.line.in_flight[key] > 0)

    def _charge(self, change: Change) -> None:
        (key,) = change.key
        self._follow("charge", key, change)
        status, actual = change.new["status"]["S"], self._world.ledger.status(key)
        before = change.old["status"]["S"] if change.old else "none"
        after_s = self._world.kernel.now_s - seconds(change.new["expires_at"]["S"])
        if change.old is None and status == "pending" and after_s > LANDS_LATER_MAX_S:
            self._world.problem(f"charge {key} was claimed {after_s:.0f} s after its end")
        if before != status == "expired" and after_s < -SKEW_MAX_S:
            self._world.problem(f"charge {key} expired {-after_s:.0f} s before its end")
        if status in ("approved", "declined") and actual != status:
            self._world.problem(f"charge {key} is {status}, the gateway has {actual}")
        if status == "expired" and self._may_still_be_charged(key):
            self._world.problem(f"charge {key} expired, the gateway has {actual}")

    def on_gateway(self, key: str) -> None:
        """Check a decision of the gateway: it charges only while the amount is reserved."""
        actual, held = self._world.ledger.status(key), self.status("reservation", key)
        asked = self._world.ledger.requests.get(key)
        item = self._tables[PAYMENTS].items.get((key,))
        if asked and item and asked != {**asked_for(item), "reference": key}:
            self._world.problem(
                f"{key} is {asked_for(item)}, but the gateway was requested {asked}"
            )
        self.conformance.moved(key, "gateway", actual, None)
        if actual == "approved" and held != "reserved":
            self._world.problem(f"{key} was charged while its reservation is {held}")
        if self._world.ledger.movements[key] > 1:
            self._world.problem(f"{key} was charged twice")

    def _failed_event(self, change: Change) -> None:
        new, old = change.new, change.old
        if old is None or new["attempts"] != old["attempts"]:
            self.messages.on_stored(new["consumer"]["S"], new["channel"]["S"], new["body"]["S"])

    def pending(self) -> int:
        items = self._tables[PAYMENTS].items.values()
        return sum(item["status"]["S"] == "pending" for item in items)

    def open_failures(self) -> int:
        items = self._tables[FAILED_EVENTS].items.values()
        return sum(item["status"]["S"] == "open" for item in items)

    def at_the_end(self) -> None:
        """Check the final state, in which nothing is left to happen."""
        self._nothing_is_left()
        charges = self._tables[CHARGES].items
        for (key,), item in self._tables[PAYMENTS].items.items():
            self.promised.ended(key, item, self._reservations.get(key), charges.get((key,)))
        charged = self._world.ledger.charged()
        for currency, (deposited, posted, deducted) in self.money.by_currency().items():
            if deposited != posted + deducted or deducted != charged[currency]:
                self._world.problem(
                    f"{currency}: {deposited} deposited, {posted} posted, {deducted} deducted, "
                    f"{charged[currency]} charged"
                )
        self.promised.at_the_end()
        self._measured()

    def _nothing_is_left(self) -> None:
        problem = self._world.problem
        for queue in self._world.cloud.sqs.queues.values():
            if queue.messages:
                problem(f"{queue.name} still has {len(queue.messages)} messages")
        for name, stream in self._world.streams.items():
            if stream.left:
                problem(f"stream of {name} still has {stream.left} records")
        if self._world.api.waiting:
            problem(f"{self._world.api.waiting} requests have no answer")
        for text in self.states.unpublished():
            problem(f"never published: {text}")

    def _measured(self) -> None:
        """Check that each event was counted, and that each failed event raised an alarm."""
        announced = Counter(self.states.first.values())
        counts = self._world.metrics.counts
        entries = self._tables[FAILED_EVENTS].items.values()
        if counts["FailedEventParked"] < sum(int(entry["attempts"]["N"]) for entry in entries):
            self._world.problem("a failed event raised no alarm")
        for event_type, times in announced.items():
            if counts[f"EventCount/{event_type}"] < times:
                self._world.problem(
                    f"{event_type} happened {times} times and was measured "
                    f"{counts[f'EventCount/{event_type}']} times"
                )


def seconds(timestamp: str) -> float:
    return datetime.fromisoformat(timestamp).timestamp()
