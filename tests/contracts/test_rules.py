"""Rules that no linter has: the contract keeps each, and each one finds a violation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from infra.contracts.documents import Documents
from infra.contracts.mutants.notice import reading
from infra.contracts.rules import RULES, broken
from infra.generate.events import read_catalogue
from infra.generate.spec import SpecError
from tests.contracts.edits import edited
from tests.contracts.payloads import CONTRACT

RECEIVES: Final = "operations/wallet-service.receives.payment.initiated"
MESSAGE: Final = "components/messages/payment.initiated"
PAYMENTS: Final = "paths/~payments/post"
HEALTH: Final = "paths/~health/get"
FAILED: Final = CONTRACT.asyncapi["operations"]["payment-orchestrator.sends.payment.failed"]
COPY: Final = "channels/payment.initiated.after-deadline"
NOT_FOUND: Final = "components/responses/NotFound/content/application~problem+json"
LINK: Final = f"{PAYMENTS}/responses/201/links/getPayment"
SCHEMAS: Final = "components/schemas"
VALUE: Final = "$defs/Money/properties/value"

# Rule -> contracts that break it.
BROKEN: Final[dict[str, list[Documents]]] = {
    "one sender, at least one receiver": [
        edited("events", "operations/payment-orchestrator.sends.payment.failed"),
        edited("events", "operations/metrics-collector.receives.payment.failed"),
    ],
    "operations fit their channels": [
        edited("events", "operations/payment-orchestrator.sends.payment.failed/x-service", ""),
        edited(
            "events",
            "operations/payment-orchestrator.sends.payment.failed/messages/0/$ref",
            "#/channels/payment.completed/messages/payment.completed",
        ),
        edited("events", f"{RECEIVES}/x-delivery", "pigeon"),
    ],
    "a copy is a copy of its event": [
        edited("events", f"{COPY}/x-copy-of"),
        edited("events", f"{COPY}/x-delay"),
    ],
    "envelopes name their event and its sender": [
        edited("events", f"{MESSAGE}/payload/allOf/1/properties/source/const", "other"),
        edited("events", f"{MESSAGE}/x-retryable"),
    ],
    "two versions have the same receivers": [
        edited("events", "components/messages/payment.failed/x-announced-as", other)
        for other in ("payment.failed", "payment.failed.v2", "payment.completed")
    ],
    "every event has examples": [
        replace(CONTRACT, examples=tuple(e for e in CONTRACT.examples if e.valid)),
        replace(CONTRACT, examples=tuple(e for e in CONTRACT.examples if not e.valid)),
    ],
    "every example is as valid as its name says": [
        edited("common", "$defs/UserId/pattern", "^[0-9]$")
    ],
    "inline examples are valid": [edited("common", "$defs/Payee/pattern", "^[0-9]$")],
    "every named value has an example": [edited("common", "$defs/Payee/examples")],
    "every body has an example": [
        edited("api", f"{PAYMENTS}/requestBody/content/application~json/examples"),
        edited("api", f"{PAYMENTS}/responses/201/content/application~json/examples"),
        edited("api", f"{NOT_FOUND}/examples"),
    ],
    "every operation has its answers": [
        edited("api", f"{PAYMENTS}/responses/413"),
        edited("api", f"{HEALTH}/responses/413", {"description": "No."}),
    ],
    "links lead to operations": [
        edited("api", f"{LINK}/operationId", "getNothing"),
        edited(
            "api",
            f"{PAYMENTS}/responses/201/links/getPayment/parameters",
            {"x": "$response.body#/payment_id"},
        ),
    ],
    "operations have unique names": [edited("api", f"{HEALTH}/operationId", "getPayment")],
    "shared parameters are the same everywhere": [
        edited("api", "components/parameters/IdempotencyKey/required", False),
    ],
    "requests are limited": [
        edited("api", f"{SCHEMAS}/PaymentRequest/properties/description/maxLength")
    ],
    "requests are closed, answers are open": [
        edited("api", f"{SCHEMAS}/PaymentRequest/additionalProperties", True),
        edited("api", f"{SCHEMAS}/Payment/additionalProperties", False),
    ],
    "fields are kept from places with a reason": [
        edited("api", f"{SCHEMAS}/PaymentRequest/properties/payee/x-kept-from", kept)
        for kept in (
            {},
            {"moon": "It is too far away."},
            {"store": "no"},
            {"answers": "The answer has a field of that name."},
        )
    ]
    + [edited("api", f"{SCHEMAS}/Payment/properties/payee/x-kept-from", {"store": "A, b, c."})],
    "every problem is documented": [
        edited("api", "components/responses/NotFound/content/application~problem+json/examples")
    ],
    "problems have their own status": [
        edited("api", f"{NOT_FOUND}/examples/not-found/value/status", 410),
    ],
    "refusals are problem documents": [
        edited("api", "components/responses/NotFound/content", {"text/plain": {}}),
    ],
    "operations have their methods": [edited("api", f"{HEALTH}/operationId", "isUp")],
    "receptions have their decisions": [
        edited("events", "operations/wallet-service.receives.gateway.payment_rejected"),
    ],
    "integers have format and limits": [
        edited("common", f"{VALUE}/format"),
        edited("common", f"{VALUE}/format", "int32"),
        edited("common", f"{VALUE}/maximum"),
        edited("common", f"{VALUE}/maximum", 2**53),
        edited("common", f"{VALUE}/minimum", 10**12),
        *(
            edited(document, place, {"type": "integer"})
            for document, place in (
                ("events", f"{SCHEMAS}/PaymentFailed/properties/times"),
                ("api", "components/parameters/PageSize/schema"),
                ("gateway", f"{SCHEMAS}/Problem/properties/status"),
            )
        ),
    ],
    "schemas are titled": [
        edited("common", "$defs/Money/title"),
        edited("api", f"{SCHEMAS}/Payment/title", "Other"),
        edited("gateway", f"{SCHEMAS}/Charge/title"),
        edited("events", f"{SCHEMAS}/PaymentFailed/title"),
        edited("events", f"{SCHEMAS}/WalletReservationFailed/properties/reason/title"),
        edited("events", f"{MESSAGE}/payload/title"),
    ],
    "everything is described": [
        edited("api", f"{PAYMENTS}/description"),
        edited("api", "components/parameters/Cursor/description"),
        edited("gateway", f"{SCHEMAS}/Charge/description"),
        edited("events", "operations/payment-orchestrator.sends.payment.failed/summary"),
    ],
    "documents name a contact": [
        edited(document, "info/contact") for document in ("events", "api", "gateway")
    ],
    "one version": [edited("api", "info/version", "1.0.1")],
}


@pytest.mark.parametrize("name", RULES)
def test_the_contract_keeps_each_rule(name: str) -> None:
    assert broken(RULES[name], CONTRACT) == []


@pytest.mark.parametrize("name", RULES)
def test_each_rule_finds_a_violation(name: str) -> None:
    assert BROKEN[name], f"add a contract that breaks the rule {name!r}"
    for contract in BROKEN[name]:
        assert broken(RULES[name], contract) != []


@pytest.mark.parametrize("delivery", ["queue", "invoke"])
def test_every_delivery_that_the_generator_knows_keeps_the_rule(delivery: str) -> None:
    contract = edited("events", f"{RECEIVES}/x-delivery", delivery)

    assert broken(RULES["operations fit their channels"], contract) == []


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("channels/payment.failed/address", "payment.x"),
        ("channels/payment.failed/messages", {"payment.completed": {}}),
        ("components/messages/PaymentFailed", {}),
        ("operations/payment-orchestrator.announces.payment.failed", FAILED),
    ],
)
def test_the_generator_refuses_a_name_that_breaks_the_convention(place: str, name: Any) -> None:
    with reading(edited("events", place, name)), pytest.raises(SpecError):
        read_catalogue()
