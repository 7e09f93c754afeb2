"""What one message costs while a function is warm, in parts: `python -m …` counts them.

Logging is a part of its own, so the readers are measured without it.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

from tests.builders import ENVIRONMENT

os.environ.update(ENVIRONMENT)

from generated.api.payment_orchestrator import CreatePaymentParameters, Payment, PaymentRequest
from generated.api.payment_orchestrator_routes import (
    PAYMENT_ORCHESTRATOR_ROUTES,
    PaymentOrchestratorApi,
)
from generated.contract import Answer, Caller
from generated.services.wallet_service import WALLET_SERVICE_RECEIVES
from handlers.runtime import http, queue, telemetry
from handlers.runtime.clock import SYSTEM_CLOCK
from handlers.runtime.http import Server
from handlers.runtime.queue import Consumer, Received
from handlers.wallet_service.decisions import decide
from handlers.wallet_service.wallet import Balance, PaymentFunds
from tests.performance.instructions import Subject, measured
from tests.performance.warm.calls import calls
from tests.performance.warm.messages import AUDIENCE, api_event, sqs_event


class Silent:
    """In place of the logger."""

    def info(self, *_texts: object, **_more: object) -> None:
        return None


class Answering:
    """A service without a decision, which always gives the same answer."""

    def __init__(self, answer: Payment) -> None:
        self._answer = answer

    def create_payment(
        self, caller: Caller, parameters: CreatePaymentParameters, body: PaymentRequest
    ) -> Answer[Payment]:
        return Answer(self._answer, status=201, headers={"Location": "/payments/1"})


def subjects() -> dict[str, Subject]:
    event_text, request_text = sqs_event(), api_event()
    batch, request = json.loads(event_text), json.loads(request_text)
    body = batch["Records"][0]["body"]
    consumer = Consumer(
        receives=WALLET_SERVICE_RECEIVES, handle=_handled, sqs=_absent(), clock=SYSTEM_CLOCK
    )
    api = cast(PaymentOrchestratorApi, Answering(_payment()))
    server = Server(PAYMENT_ORCHESTRATOR_ROUTES, api, False, AUDIENCE)
    message = WALLET_SERVICE_RECEIVES["payment-initiated"].model_validate_json(body)
    funds = PaymentFunds(Balance(available=1000, reserved=0), None)
    return {
        "json.loads(record)": lambda: json.loads(event_text),
        "json.loads(body)": lambda: json.loads(body),
        "record": _without_log(queue, lambda: consumer.consume(batch)),
        "json.loads(request)": lambda: json.loads(request_text),
        "request": _without_log(http, lambda: server.serve(request)),
        "decision": lambda: decide(funds, message.data, "2026-03-01T12:00:00.000Z"),
        "log line": _logged(lambda: telemetry.logger.info("done", extra=telemetry.facts(message))),
        "log line by json.dumps": lambda: json.dumps(
            {"message": "done", "service": "wallet-service", **telemetry.facts(message)}
        ),
    }


def _handled(batch: Sequence[Received[Any]]) -> list[str]:
    return ["handled"] * len(batch)


def _absent() -> Any:
    return None


def _without_log(module: Any, work: Callable[[], object]) -> Subject:
    """Return the work with a silent logger, which gets no facts."""
    parts = {"logger": Silent(), "facts": _no_facts}
    there = {name: getattr(module, name) for name in parts if hasattr(module, name)}

    def run() -> None:
        for name in there:
            setattr(module, name, parts[name])
        work()
        for name, real in there.items():
            setattr(module, name, real)

    return run


def _no_facts(_of: object) -> dict[str, str]:
    return {}


def _logged(work: Callable[[], object]) -> Subject:
    """Into memory: what writing to a descriptor costs is the system's."""
    for handler in telemetry.logger._logger.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(io.StringIO())
    return work


def _payment() -> Payment:
    return Payment.model_validate(
        {
            "payment_id": "pay_mfzxgk3bojzwc5dfnvsw45dpme",
            "status": "pending",
            "amount": {"value": 450, "currency": "USD"},
            "payee": "coffee-shop-42",
            "created_at": "2026-03-01T12:00:00.000Z",
            "updated_at": "2026-03-01T12:00:00.000Z",
            "expires_at": "2026-03-01T12:15:00.000Z",
        }
    )


if __name__ == "__main__":
    # Making clients takes longer than everything else: only when everything is asked for.
    everything = subjects() if sys.argv[2:] else subjects() | calls()
    measured(everything, sys.argv)
