"""What one unverified event may cause: nothing, unless its consumer is the origin of a journey.

A consumer that announces events or asks the gateway must compare an event with its own records: the
payment, its user and its amount. A consumer that cannot is listed in ORIGINS with the reason. The
pairs are those of the contract, so a new one fails by name until it is one or the other.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pytest

from generated.catalogue import EVENTS
from infra.contracts.documents import ROOT, Pair
from tests.builders import ALICE, BOB
from tests.contracts.histories import MACHINES, NEVER, after
from tests.contracts.payloads import PAIRS, identity
from tests.in_memory.system import RECEIVES_MAX, System
from tests.security.forged_events import UNKNOWN_PAYMENT, forged

# Pairs that act although their service has recorded nothing of the payment, and why they may.
ORIGINS: Final[Mapping[str, str]] = {
    "payment.initiated->wallet-service": (
        "The first that the wallet receives of a payment. It moves no money: it reserves in the "
        "wallet of the user that the event names, and the reservation ends at the deadline."
    ),
    "wallet.funds_reserved->gateway-processor": (
        "The first that gateway-processor receives of a payment. It charges once per payment, and "
        "only wallet-service can announce a reservation."
    ),
    "wallet.funds_reserved.at-expiry->gateway-processor": (
        "The late copy of the same event. Without a charge it closes the payment, which rules out "
        "every later charge and releases the reservation."
    ),
}
AMOUNT: Final = {"value": 400, "currency": "EUR"}
LIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "another user": {"user_id": BOB},
    "another amount": {"amount": {"value": 401, "currency": "EUR"}},
}
QUEUES: Final = {
    f"{consumer.channel}->{consumer.service}": consumer.queue
    for event in EVENTS.values()
    for consumer in event.consumers
    if consumer.delivery == "queue"
}
HELD: Final = [pair for pair in PAIRS if str(pair) not in ORIGINS]


@dataclass(frozen=True, slots=True)
class Effects:
    """What a service did that others can see."""

    events: tuple[str, ...]
    charges: int
    messages: tuple[str, ...]  # to queues other than its own dead-letter queue

    def __bool__(self) -> bool:
        return bool(self.events or self.charges or self.messages)


def effects(system: System, pair: Pair, event: Mapping[str, Any]) -> Effects:
    """Deliver the event, and return what follows from it."""
    published, sent, charges = len(system.published), len(system.sent), len(system.gateway.outcomes)
    if (queue := QUEUES.get(str(pair))) is None:
        system.deliver(pair.consumer, pair.channel, event)
    else:  # the last try: what is too early now is parked instead of waiting for its time
        system.consume(pair.consumer, queue, json.dumps(event), receives=RECEIVES_MAX)
    system.relay()
    messages = [message.queue for message in system.sent[sent:]]
    return Effects(
        tuple(entry.detail_type for entry in system.published[published:]),
        len(system.gateway.outcomes) - charges,
        tuple(queue for queue in messages if not queue.startswith(f"{pair.consumer}--")),
    )


def forgery(pair: Pair, lie: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """An event of the pair about a payment of alice's; `lie` changes its facts."""
    facts = {"payment_id": UNKNOWN_PAYMENT, "user_id": ALICE, "amount": AMOUNT, "expires_at": NEVER}
    document: dict[str, Any] = json.loads(forged(pair.event, **{**facts, **lie}))
    return document


def unheld(pair: Pair, origins: Mapping[str, str]) -> str:
    """A sentence about a pair that is neither held by its service's records nor an origin."""
    system = System()
    for user in (ALICE, BOB):
        system.deposit(user=user)
    system.run()
    if pair.delayed:
        system.time.now = NEVER
    caused = effects(system, pair, forgery(pair))
    if bool(caused) == (str(pair) in origins):
        return ""
    if caused:
        return (
            f"{pair} acts on one unverified event: {caused}. Compare the event with what "
            f"{pair.consumer} has recorded, or add the pair to ORIGINS with a reason."
        )
    return f"{pair} causes nothing any more: remove it from ORIGINS."


@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_an_event_about_an_unknown_payment_causes_nothing_but_at_an_origin(pair: Pair) -> None:
    assert not (sentence := unheld(pair, ORIGINS)), sentence


def test_every_origin_is_a_pair_of_the_contract() -> None:
    assert ORIGINS.keys() <= {str(pair) for pair in PAIRS}


def test_the_documentation_lists_the_same_origins() -> None:
    text = (ROOT / "docs/security.md").read_text("utf-8")
    rows = re.findall(r"^\| `([a-z_.-]+)` → ([a-z-]+) \|", text, re.MULTILINE)

    assert {f"{channel}->{service}" for channel, service in rows} == ORIGINS.keys()


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_pair_that_acts_without_a_row_fails_by_name(origin: str) -> None:
    (pair,) = (pair for pair in PAIRS if str(pair) == origin)

    assert unheld(pair, {}).startswith(f"{origin} acts on one unverified event: ")


@pytest.mark.parametrize("pair", HELD, ids=identity)
def test_a_row_that_is_not_needed_fails_by_name(pair: Pair) -> None:
    assert unheld(pair, {str(pair): "It is needed."}).endswith("remove it from ORIGINS.")


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("pair", HELD, ids=identity)
def test_an_event_with_another_user_or_amount_is_refused_in_every_state(
    pair: Pair, lie: str
) -> None:
    machine = MACHINES.get(pair.consumer)
    assert machine, f"{pair.consumer} consumes events: say in MACHINES which states it can be in"
    for history in machine.histories:
        event = forgery(pair)
        if not effects(after(history, pair, event), pair, event):
            continue  # not even the true event causes anything in this state
        system = after(history, pair, event)

        caused = effects(system, pair, forgery(pair, LIES[lie]))

        assert not caused, f"{pair} believes {lie} when {history.__name__}: {caused}"
        assert [message.queue for message in system.parked()] == [f"{QUEUES[str(pair)]}-dlq"]


def test_every_service_that_moves_money_acts_on_a_true_event() -> None:
    """Otherwise the test above would compare nothing."""
    acting = {
        pair.consumer
        for pair in HELD
        for history in MACHINES[pair.consumer].histories
        if effects(after(history, pair, forgery(pair)), pair, forgery(pair))
    }

    assert acting == {"payment-orchestrator", "wallet-service"}
