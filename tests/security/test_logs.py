"""Canaries: secrets and personal data that are put in everywhere, and must come out in no log."""

from __future__ import annotations

import json
import uuid
from contextlib import suppress
from functools import cache
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from handlers.core.errors import Permanent
from infra.template import routing
from infra.template.functions import FUNCTIONS
from tests.builders import a_request
from tests.in_memory.system import GATEWAY_KEY, OPERATOR, System
from tests.security.everything import do_everything
from tests.security.fortress import Fortress

# One process for all of it: what they share takes seconds to make.
pytestmark = pytest.mark.xdist_group("security")

DESCRIPTION: Final = "canary-description-4b9e21"
METADATA: Final = "canary-metadata-88c0d3"
KEY: Final = "canary-idempotency-key-5d4f1a"
TOKEN: Final = "canary.bearer.token-0f77ab"
BODY: Final = "canary-broken-body-c3d2e1"
NOTE: Final = "canary-note-91bb7e"
PAYEE: Final = "canary-payee-2f6a10"
CANARIES: Final = (DESCRIPTION, METADATA, KEY, TOKEN, BODY, NOTE, PAYEE, GATEWAY_KEY)
PRIVATE: Final[dict[str, Any]] = {"description": DESCRIPTION, "metadata": {"canary": METADATA}}
HEADERS: Final = {"Idempotency-Key": KEY, "Authorization": f"Bearer {TOKEN}", "Cookie": TOKEN}
BODIES: Final = (
    json.dumps({"amount": {"value": 1, "currency": "EUR"}, "payee": PAYEE} | PRIVATE),
    json.dumps({"amount": {"value": BODY, "currency": BODY}, "payee": [BODY], BODY: BODY}),
    json.dumps({"note": NOTE}),
    json.dumps({"note": NOTE, BODY: 1}),
    f'{{"payee": {BODY}',
    f'"{BODY}"',
    "",
)


def silent_about(log: str) -> list[str]:
    """The canaries that a log sings."""
    return [canary for canary in CANARIES if canary in log]


def ask_everything_with_canaries(system: System) -> None:
    """Every operation with every body, good and bad, of users and of operators."""
    for function in (one.name for one in FUNCTIONS if one.role == "api"):
        for method, resource in _operations(function):
            for raw in BODIES:
                path = {"payment_id": BODY, "currency": "EUR", "failed_event_id": BODY}
                event = a_request(
                    method, resource, groups=OPERATOR, path=path, headers=HEADERS, raw=raw
                )
                system.invoke(function, event)


def _operations(function: str) -> list[tuple[str, str]]:
    from generated.catalogue import OPERATIONS

    service = next(one.service for one in FUNCTIONS if one.name == function)
    return [(o.method, o.path) for o in OPERATIONS.values() if o.service == service]


def messages_with_canaries(system: System) -> None:
    """Broken messages that quote the canaries, to every consumer, the error handler included."""
    broken = json.dumps({"type": BODY, "data": {"payee": PAYEE, "amount": BODY}, BODY: BODY})
    for body in (broken, BODY, f'"{BODY}"'):
        for queue in routing.source_queues():
            if routing.owner(queue) != routing.RELAY:
                system.consume(routing.owner(queue), queue, body)
        for queue in routing.dead_letter_queues():
            system.consume(routing.ERROR_HANDLER, queue, body)
    with suppress(Permanent):  # what could not be parked is Lambda's to try again
        system.invoke("metrics-collector-consumer", json.loads(broken))


@cache
def log_of_everything() -> str:
    """What all functions logged while everything went right and wrong."""
    systems = (System(), System(over_http=True), System())
    for system in systems:
        do_everything(system, **PRIVATE)
        ask_everything_with_canaries(system)
        messages_with_canaries(system)
    for failure in (ValueError("a bug"), ClientError({"Error": {"Code": "Unheard"}}, "Any")):
        systems[2].failing = failure
        ask_everything_with_canaries(systems[2])
    messages_with_canaries(systems[2])
    return "\n".join(system.log for system in systems)


def test_no_function_logs_a_secret_or_what_is_private() -> None:
    assert silent_about(log_of_everything()) == []


def test_the_same_log_tells_what_happened_so_the_canaries_had_somewhere_to_sing() -> None:
    log = log_of_everything()

    for told in ("createPayment", "reserved", "parked", "refused", "breaks the contract", "bug"):
        assert told in log, told


def test_a_bug_tells_where_it_is_but_not_what_it_was_about() -> None:
    """A record that does not fit the contract any more: its fields are somebody's data."""
    system = System()
    payment = system.pay(key=KEY, **PRIVATE)
    (stored,) = system.dynamodb.tables["payments-test-payments"].items.values()
    stored["payee"] = {"S": f"{PAYEE} no longer allowed"}  # type: ignore[index]

    answer = system.ask(
        "payment-orchestrator-api",
        "GET",
        "/payments/{payment_id}",
        path={"payment_id": payment["payment_id"]},
    )

    assert answer["statusCode"] == 500
    assert silent_about(json.dumps(answer)) == []
    assert "ValidationError" in system.log
    assert silent_about(system.log) == []


def test_no_log_of_the_running_system_has_a_secret_or_what_is_private(fortress: Fortress) -> None:
    fortress.fund("alice", 1000, "CHF")
    tokens = [fortress.token("alice"), fortress.token("olivia")]
    body: dict[str, Any] = {"amount": {"value": 1, "currency": "CHF"}, "payee": "coffee-shop-42"}
    key = f"{KEY}-{uuid.uuid4().hex[:8]}"
    created = fortress.call("alice", "POST", "/payments", key=key, body=body | PRIVATE)
    assert created.status_code == 201, created.text
    fortress.call("alice", "POST", "/payments", key=key, body=body | {"payee": [BODY]})
    fortress.end_of("alice", created.json()["payment_id"])
    fortress.send("wallet-service--payment-initiated", json.dumps({"type": BODY, BODY: PAYEE}))
    fortress.await_quiet()

    logs = fortress.logs()

    secrets = [*CANARIES, fortress.stack.simulator_key, *(t.rpartition(".")[2] for t in tokens)]
    assert [(name, s) for name, log in logs.items() for s in secrets if s in log] == []
    assert created.json()["payment_id"] in "\n".join(logs.values())
