"""Canaries: secrets and private texts go into every input, and must appear in no log."""

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
from tests.contracts.payloads import CONTRACT
from tests.fields.canaries import marked
from tests.in_memory.system import GATEWAY_KEY, OPERATOR, System
from tests.running.stack import RunningStack
from tests.security.full_run import run_everything

# One process for all of them: the log that they share takes seconds to make.
pytestmark = pytest.mark.xdist_group("security")

KEY: Final = "canary-idempotency-key-5d4f1a"
TOKEN: Final = "canary.bearer.token-0f77ab"
BODY: Final = "canary-broken-body-c3d2e1"
# One for every text of every request body: a new field is looked for in the logs at once.
MARKED: Final = marked(CONTRACT)
OF_FIELDS: Final = {name: text for one in MARKED.values() for name, text in one.canaries.items()}
PAYEE: Final = OF_FIELDS["PaymentRequest.payee"]
CANARIES: Final = (*OF_FIELDS.values(), KEY, TOKEN, BODY, GATEWAY_KEY)
PRIVATE: Final = MARKED["createPayment"].optional
REVIEW: Final = MARKED["redriveFailedEvent"].document
HEADERS: Final = {"Idempotency-Key": KEY, "Authorization": f"Bearer {TOKEN}", "Cookie": TOKEN}
BODIES: Final = (
    *(json.dumps(one.document) for one in MARKED.values()),
    *(json.dumps({**one.document, BODY: 1}) for one in MARKED.values()),
    *(json.dumps({name: [BODY] for name in one.document}) for one in MARKED.values()),
    json.dumps({"amount": {"value": BODY, "currency": BODY}, "payee": [BODY], BODY: BODY}),
    f'{{"payee": {BODY}',
    f'"{BODY}"',
    "",
)


def canaries_in(log: str) -> list[str]:
    """Return the canaries that a log contains."""
    return [canary for canary in CANARIES if canary in log]


def ask_everything_with_canaries(system: System) -> None:
    """Send every body, good and bad, to every operation."""
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
    """Send broken messages that quote the canaries to every consumer and to error-handler."""
    broken = json.dumps({"type": BODY, "data": {"payee": PAYEE, "amount": BODY}, BODY: BODY})
    for body in (broken, BODY, f'"{BODY}"'):
        for queue in routing.source_queues():
            if routing.owner(queue) != routing.RELAY:
                system.consume(routing.owner(queue), queue, body)
        for queue in routing.dead_letter_queues():
            system.consume(routing.ERROR_HANDLER, queue, body)
    with suppress(Permanent):  # Lambda tries again when parking failed
        system.invoke("metrics-collector-consumer", json.loads(broken))


@cache
def log_of_everything() -> str:
    """Return what all functions logged while everything went right and wrong."""
    systems = (System(), System(over_http=True), System())
    for system in systems:
        run_everything(system, review=REVIEW, **PRIVATE)
        ask_everything_with_canaries(system)
        messages_with_canaries(system)
    for failure in (ValueError("a bug"), ClientError({"Error": {"Code": "Unheard"}}, "Any")):
        systems[2].failing = failure
        ask_everything_with_canaries(systems[2])
    messages_with_canaries(systems[2])
    return "\n".join(system.log for system in systems)


def test_no_function_logs_a_secret_or_what_is_private() -> None:
    assert canaries_in(log_of_everything()) == []


def test_the_same_log_reports_what_happened_so_it_could_have_contained_canaries() -> None:
    log = log_of_everything()

    for words in ("createPayment", "reserved", "parked", "refused", "breaks the contract", "bug"):
        assert words in log, words


def test_every_text_of_a_request_has_a_canary_of_its_own() -> None:
    assert {"PaymentRequest.description", "PaymentRequest.metadata.*"} <= OF_FIELDS.keys()
    assert len(set(OF_FIELDS.values())) == len(OF_FIELDS)


def test_a_bug_is_logged_with_its_place_but_not_with_its_data() -> None:
    """A stored record that no longer fits the contract holds private data."""
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
    assert canaries_in(json.dumps(answer)) == []
    assert "ValidationError" in system.log
    assert canaries_in(system.log) == []


def test_no_log_of_the_running_system_has_a_secret_or_what_is_private(stack: RunningStack) -> None:
    stack.alice.fund(1000, "CHF")
    tokens = [stack.token("alice"), stack.token(stack.operator.name)]
    body: dict[str, Any] = {"amount": {"value": 1, "currency": "CHF"}, "payee": "coffee-shop-42"}
    key = f"{KEY}-{uuid.uuid4().hex[:8]}"
    created = stack.alice.call("POST", "/payments", key=key, body=body | PRIVATE)
    assert created.status_code == 201, created.text
    stack.alice.call("POST", "/payments", key=key, body=body | {"payee": [BODY]})
    stack.alice.end_of(created.json()["payment_id"])
    stack.queues.send("wallet-service--payment-initiated", json.dumps({"type": BODY, BODY: PAYEE}))
    stack.queues.await_quiet()

    logs = stack.logs()

    secrets = [*CANARIES, stack.simulator_key, *(t.rpartition(".")[2] for t in tokens)]
    assert [(name, s) for name, log in logs.items() for s in secrets if s in log] == []
    assert created.json()["payment_id"] in "\n".join(logs.values())
