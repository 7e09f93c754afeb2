"""Build valid values for tests; a test names only the fields that matter to it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generated.catalogue import OPERATIONS
from generated.common import Money
from generated.contract import Operation
from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.payment_completed import PaymentCompleted
from generated.events.payment_failed import PaymentFailed
from generated.events.payment_initiated import PaymentInitiated
from generated.events.payment_initiated_after_deadline import PaymentInitiatedAfterDeadline
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_deposited import WalletFundsDeposited
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_funds_reserved_at_expiry import WalletFundsReservedAtExpiry
from generated.events.wallet_reservation_failed import WalletReservationFailed
from generated.model import Model
from generated.services.gateway_processor import GATEWAY_PROCESSOR_SENDS
from generated.services.payment_orchestrator import PAYMENT_ORCHESTRATOR_SENDS
from generated.services.wallet_service import WALLET_SERVICE_SENDS
from handlers.core.envelope import Cause, announcement
from handlers.core.identity import derived
from handlers.core.moment import plus
from handlers.gateway_processor.charge import Charge
from handlers.payment_orchestrator.payment import Payment
from handlers.runtime.clock import Clock
from handlers.runtime.queue import SqsBatch, SqsRecord
from handlers.wallet_service.wallet import Balance, Reservation
from infra.services.rows import table_environment

PREFIX: Final = "payments-test"
ACCOUNT: Final = "123456789012"
AUDIENCE: Final = "a-client-of-the-pool"
REGION: Final = "eu-central-1"
ENVIRONMENT: Final = {
    "PREFIX": PREFIX,
    "STAGE": "test",
    "ACCOUNT_ID": ACCOUNT,
    **table_environment(PREFIX),
    "EVENT_BUS": f"{PREFIX}-events",
    "EXPIRY_S": "900",
    "SANDBOX": "false",
    "AUDIENCE": AUDIENCE,
    "GATEWAY_URL": "http://127.0.0.1:9",
    "GATEWAY_SECRET_ID": f"{PREFIX}-gateway-key",
    "POWERTOOLS_SERVICE_NAME": "test",
    "POWERTOOLS_METRICS_NAMESPACE": "Payments",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}

NOW: Final = "2026-03-01T12:00:00.000Z"
EXPIRES: Final = "2026-03-01T12:15:00.000Z"
LATER: Final = "2026-03-01T12:15:30.000Z"
ALICE: Final = "alice"
BOB: Final = "bob"
PAYEE: Final = "coffee-shop-42"
PAY_1: Final = derived("pay", ALICE, "1")
PAY_2: Final = derived("pay", ALICE, "2")
OUTBOX_AGAIN: Final = '{"id":"evt_x","reannounced":%d}'


@dataclass(slots=True)
class VirtualTime:
    """A clock that only pauses and tests move, and a random number that is always the same."""

    now: str = NOW
    drawn: float = 0.5
    pauses: list[float] = field(default_factory=list)

    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, sleep=self._sleep, random=lambda: self.drawn)

    def pass_s(self, seconds: float) -> None:
        self.now = plus(self.now, seconds=seconds)

    def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.pass_s(seconds)


def reads_of_a_payment() -> list[Operation]:
    """The operations that read something by the id of a payment, such as the payment."""
    return [
        operation
        for operation in OPERATIONS.values()
        if operation.method == "GET" and re.findall(r"{(\w+)}", operation.path) == ["payment_id"]
    ]


def payment_ids(count: int) -> list[str]:
    return [derived("pay", ALICE, str(number)) for number in range(count)]


def money(value: int = 500, currency: Any = "USD") -> Money:
    return Money(value=value, currency=currency)


def about(**changes: Any) -> dict[str, Any]:
    """The fields that all events about a payment share."""
    return {"payment_id": PAY_1, "user_id": ALICE, "amount": money()} | changes


def asked(**changes: Any) -> dict[str, Any]:
    """The fields of a question."""
    return about(**{"payee": PAYEE, "expires_at": EXPIRES} | changes)


def initiated(**changes: Any) -> PaymentInitiated:
    return PaymentInitiated(**asked(**changes))


def after_deadline(**changes: Any) -> PaymentInitiatedAfterDeadline:
    return PaymentInitiatedAfterDeadline(**asked(**changes))


def reserved(**changes: Any) -> WalletFundsReserved:
    return WalletFundsReserved(**asked(**changes))


def at_expiry(**changes: Any) -> WalletFundsReservedAtExpiry:
    return WalletFundsReservedAtExpiry(**asked(**changes))


def reservation_failed(**changes: Any) -> WalletReservationFailed:
    return WalletReservationFailed(**about(**{"reason": "insufficient_funds"} | changes))


def deducted(**changes: Any) -> WalletFundsDeducted:
    return WalletFundsDeducted(**about(**changes))


def released(**changes: Any) -> WalletFundsReleased:
    return WalletFundsReleased(**about(**{"reason": "do_not_honor"} | changes))


def deposited(**changes: Any) -> WalletFundsDeposited:
    fields: dict[str, Any] = {
        "deposit_id": derived("dep", "1"),
        "user_id": ALICE,
        "amount": money(),
    }
    return WalletFundsDeposited(**fields | changes)


def approved(**changes: Any) -> GatewayPaymentApproved:
    return GatewayPaymentApproved(**about(**{"charge_id": "ch_1"} | changes))


def rejected(**changes: Any) -> GatewayPaymentRejected:
    return GatewayPaymentRejected(**about(**{"reason": "do_not_honor"} | changes))


def completed(**changes: Any) -> PaymentCompleted:
    return PaymentCompleted(**about(**changes))


def failed(**changes: Any) -> PaymentFailed:
    return PaymentFailed(**about(**{"reason": "do_not_honor"} | changes))


def a_payment(**changes: Any) -> Payment:
    fields: dict[str, Any] = {
        "payment_id": PAY_1,
        "user_id": ALICE,
        "status": "pending",
        "amount": money(),
        "payee": PAYEE,
        "created_at": NOW,
        "updated_at": NOW,
        "expires_at": EXPIRES,
        "request_fingerprint": "first",
        "version": 1,
    }
    return Payment(**fields | changes)


def a_charge(**changes: Any) -> Charge:
    fields = asked(status="pending", version=1)
    return Charge(**fields | changes)


def a_reservation(amount: int = 500, **changes: Any) -> Reservation:
    """A reservation of PAY_1; `amount` in minor units of USD."""
    fields = about(status="reserved", version=1, amount=money(amount))
    return Reservation(**fields | changes)


def a_balance(*, available: int = 1000, reserved: int = 0, version: int = 1) -> Balance:
    """A balance in minor units."""
    return Balance(available=available, reserved=reserved, version=version)


# Who announces what. The class of a delayed copy has the type of the event itself.
ANNOUNCED: Final[Mapping[type[Model], tuple[str, str]]] = {
    **{model: (name, "payment-orchestrator") for model, name in PAYMENT_ORCHESTRATOR_SENDS.items()},
    **{model: (name, "wallet-service") for model, name in WALLET_SERVICE_SENDS.items()},
    **{model: (name, "gateway-processor") for model, name in GATEWAY_PROCESSOR_SENDS.items()},
    PaymentInitiatedAfterDeadline: ("payment.initiated", "payment-orchestrator"),
    WalletFundsReservedAtExpiry: ("wallet.funds_reserved", "wallet-service"),
}


def travelling(event: Any, **envelope: Any) -> str:
    """Return the event as the body of a message or an outbox; `envelope` overrides attributes."""
    event_type, source = ANNOUNCED[type(event)]
    subject = getattr(event, "payment_id", None) or event.deposit_id
    body = announcement(
        event, event_type=event_type, source=source, subject=subject, time=NOW, cause=Cause("cor-1")
    )
    return json.dumps(json.loads(body) | envelope)


def a_record(
    body: str,
    queue: str,
    *,
    receives: int = 1,
    message_id: str = "m-1",
    attributes: Mapping[str, str] | None = None,
) -> SqsRecord:
    """Build a message as Lambda's poller delivers it."""
    return {
        "messageId": message_id,
        "receiptHandle": f"handle-of-{message_id}",
        "body": body,
        "attributes": {"ApproximateReceiveCount": str(receives)},
        "messageAttributes": {
            name: {"stringValue": value, "dataType": "String"}
            for name, value in (attributes or {}).items()
        },
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{PREFIX}-{queue}",
    }


def a_batch(*records: SqsRecord) -> SqsBatch:
    return {"Records": list(records)}


def a_request(
    method: str,
    resource: str,
    *,
    user: str | None = ALICE,
    groups: str = "",
    path: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: object = None,
    raw: str | None = None,
    base64: bool = False,
) -> dict[str, Any]:
    """Build a request as API Gateway delivers it; `raw` is sent unchanged, `body` as JSON."""
    sent = {"content-type": "application/json", **(headers or {})}
    text = raw if raw is not None or body is None else json.dumps(body)
    full = resource
    for name, value in (path or {}).items():
        full = full.replace(f"{{{name}}}", value)
    roles = {"cognito:groups": groups} if groups else {}
    claims = {"sub": user, "aud": AUDIENCE, **roles} if user else None
    return {
        "httpMethod": method,
        "resource": resource,
        "path": full,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": dict(query) if query else None,
        "multiValueQueryStringParameters": {n: [v] for n, v in query.items()} if query else None,
        "pathParameters": dict(path) if path else None,
        "requestContext": {
            "requestId": "req-1",
            "path": f"/v1{full}",
            **({"authorizer": {"claims": claims}} if claims else {}),
        },
        "body": text,
        "isBase64Encoded": base64,
    }


def answered(response: Mapping[str, Any]) -> tuple[int, Any]:
    """Return the status and the document of an answer."""
    return response["statusCode"], json.loads(response["body"])


def slug(response: Mapping[str, Any]) -> tuple[int, str]:
    """Return the status and the problem type of a refusal, after checking its form."""
    status, document = answered(response)
    assert response["headers"]["Content-Type"] == "application/problem+json"
    assert document["status"] == status
    assert document["detail"]
    return status, document["type"].removeprefix("urn:problem-type:payments:")
