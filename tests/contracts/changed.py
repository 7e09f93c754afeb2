"""Contracts with one change each: what it breaks, or that it only adds."""

from __future__ import annotations

from typing import Any, Final

from infra.contracts.documents import Documents
from tests.contracts.edits import edited
from tests.contracts.payloads import CONTRACT

EVENT: Final = "components/schemas/PaymentFailed"
RESERVATION: Final = "components/schemas/WalletReservationFailed/properties/reason/enum"
REASONS: Final = ["insufficient_funds", "wallet_not_found", "expired"]
REQUEST: Final = "components/schemas/PaymentRequest"
PAYMENT: Final = "components/schemas/Payment"
STATUS: Final = "components/schemas/PaymentStatus/enum"
OPERATIONS: Final = "operations/payment-orchestrator"


def with_one_more_required() -> dict[str, Any]:
    schema = CONTRACT.asyncapi["components"]["schemas"]["PaymentFailed"]
    return {
        **schema,
        "required": [*schema["required"], "why"],
        "properties": {**schema["properties"], "why": {"type": "string"}},
    }


# Edit -> the contract, and what its line must contain: what, where and what it breaks.
BREAKS: Final[dict[str, tuple[Documents, tuple[str, ...]]]] = {
    "field of an event removed": (
        edited("events", f"{EVENT}/properties/user_id"),
        ("field removed", "payment.failed.data.user_id", "metrics-collector"),
    ),
    "field of an event may be absent": (
        edited("events", f"{EVENT}/required", ["payment_id", "user_id", "amount"]),
        ("no longer required", "payment.failed.data.reason", "metrics-collector"),
    ),
    "field of an answer removed": (
        edited("api", f"{PAYMENT}/properties/payee"),
        ("field removed", "payee", "API clients"),
    ),
    "field of a request removed": (
        edited("api", f"{REQUEST}/properties/description"),
        ("field removed", "POST /payments.body.description", "API clients"),
    ),
    "made required in a request": (
        edited("api", f"{REQUEST}/required", ["amount", "payee", "description"]),
        ("became required", "POST /payments.body.description", "API clients"),
    ),
    "new required field of an event": (
        edited(
            "events",
            EVENT,
            _with_required := {
                "type": "object",
                "required": ["payment_id", "user_id", "amount", "reason", "why"],
                "properties": {
                    **CONTRACT.asyncapi["components"]["schemas"]["PaymentFailed"]["properties"],
                    "why": {"type": "string"},
                },
            },
        ),
        ("required field added", "payment.failed.data.why", "payment-orchestrator"),
    ),
    "enum of an event narrowed": (
        edited("events", RESERVATION, REASONS[:2]),
        ("value expired removed", "reservation_failed.data.reason", "wallet-service"),
    ),
    "enum of an event widened": (
        edited("events", RESERVATION, [*REASONS, "closed"]),
        ("value closed added", "reservation_failed.data.reason", "payment-orchestrator"),
    ),
    "enum of a request narrowed": (
        edited("common", "$defs/Currency/enum/26"),
        ("value ZAR removed", "currency", "API clients"),
    ),
    "enum of an answer widened": (
        edited("api", STATUS, ["pending", "completed", "failed", "held"]),
        ("value held added", "status", "API clients"),
    ),
    "type changed": (
        edited("common", "$defs/Money/properties/value/type", "string"),
        ("type changed from integer to string", "amount.value", "wallet-service"),
    ),
    "limit of a request narrowed": (
        edited("api", f"{REQUEST}/properties/description/maxLength", 139),
        ("maxLength changed from 140 to 139", "POST /payments.body.description", "API clients"),
    ),
    "limit of an answer widened": (
        edited("api", f"{PAYMENT}/properties/description/maxLength", 141),
        ("maxLength changed from 140 to 141", "GET /payments", "API clients"),
    ),
    "limit of an event narrowed": (
        edited("common", "$defs/CloudEvent/properties/reannounced/maximum", 2**31 - 1),
        ("maximum changed", "reannounced", "wallet-service"),
    ),
    "format of a text changed": (
        edited("common", "$defs/Timestamp/format", "date"),
        ("format changed from date-time to date", "expires_at", "API clients"),
    ),
    "pattern changed": (
        edited("common", "$defs/ReasonCode/pattern", "^[a-z][a-z0-9_]{1,38}$"),
        ("pattern changed", "reason", "payment-orchestrator"),
    ),
    "route dropped": (
        edited("api", "paths/~wallets"),
        ("operation removed", "GET /wallets", "API clients"),
    ),
    "consumer dropped": (
        edited("events", f"{OPERATIONS}.receives.wallet.funds_deducted"),
        ("no longer receives wallet.funds_deducted", "payment-orchestrator"),
    ),
    "route moved to another service": (
        edited("api", "paths/~wallets/get/x-service", "payment-orchestrator"),
        ("changed from wallet-service", "GET /wallets", "API clients"),
    ),
    "no longer retryable": (
        edited("events", "components/messages/payment.initiated/x-retryable", False),
        ("changed from True to False", "payment.initiated.x-retryable", "wallet-service"),
    ),
    "delay changed": (
        edited("events", "channels/wallet.funds_reserved.at-expiry/x-delay/seconds", 60),
        ("x-delay", "gateway-processor"),
    ),
    "problem type removed": (
        edited("api", "components/schemas/ProblemType/enum/0"),
        ("malformed-request removed", "API clients"),
    ),
    "role required": (
        edited("api", "paths/~payments/get/x-roles", ["operator"]),
        ("roles changed", "GET /payments", "API clients"),
    ),
    "token no longer required": (edited("api", "security", []), ("security", "API clients")),
    "parameter became required": (
        edited("api", "components/parameters/Cursor/required", True),
        ("became required", "query cursor", "API clients"),
    ),
    "another pattern of the gateway": (
        edited("gateway", "components/schemas/ChargeId/pattern", "^c_[a-z]{1,64}$"),
        ("pattern changed", "gateway.openapi.yaml", "gateway-processor"),
    ),
}

ADDITIONS: Final[dict[str, Documents]] = {
    "optional field of an event": edited(
        "events", f"{EVENT}/properties/hint", {"type": "string", "maxLength": 10}
    ),
    "field of an answer": edited("api", f"{PAYMENT}/properties/hint", {"type": "string"}),
    "optional field of a request": edited(
        "api", f"{REQUEST}/properties/hint", {"type": "string", "maxLength": 10}
    ),
    "limit of an answer narrowed": edited(
        "api", "components/schemas/Wallet/properties/posted/maximum", 10**14
    ),
    "format of an integer": edited("common", "$defs/CloudEvent/properties/reannounced/format"),
    "limit of an event that JSON implies": edited(
        "common", "$defs/CloudEvent/properties/reannounced/maximum"
    ),
    "limit of a request widened": edited("api", f"{REQUEST}/properties/description/maxLength", 141),
    "consumer": edited(
        "events",
        f"{OPERATIONS}.receives.wallet.funds_deposited",
        {
            "action": "receive",
            "x-service": "payment-orchestrator",
            "channel": {"$ref": "#/channels/wallet.funds_deposited"},
            "messages": [
                {"$ref": "#/channels/wallet.funds_deposited/messages/wallet.funds_deposited"}
            ],
        },
    ),
    "route": edited("api", "paths/~wallets~new", CONTRACT.openapi["paths"]["/wallets"]),
    "problem type": edited(
        "api",
        "components/schemas/ProblemType/enum",
        [*CONTRACT.openapi["components"]["schemas"]["ProblemType"]["enum"], "urn:x:new"],
    ),
}
