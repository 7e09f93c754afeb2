"""The way from the bus to its targets: rules, late or repeated deliveries, async invocations."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from infra.template import routing
from infra.template.functions import receiver
from infra.template.routing import Pair
from infra.template.sources import INVOKE_RETRIES_MAX
from tests.simulation.cloud.events import Entry
from tests.simulation.cloud.sqs import Sqs
from tests.simulation.cloud.stack import named, queue_arn
from tests.simulation.faults import DELIVERY, Plan
from tests.simulation.kernel import Kernel
from tests.simulation.lambdas import Lambdas
from tests.simulation.streams import Streams
from tests.simulation.texts import parsed

DELAY_MAX_S: Final = 1800.0
RETRY_S: Final = 60.0


@cache
def rules() -> dict[tuple[str, str], list[Pair]]:
    """Return the pairs of each event, by its source and type."""
    found: dict[tuple[str, str], list[Pair]] = {}
    for pair in (*routing.pairs("queue"), *routing.pairs("invoke")):
        found.setdefault((pair.producer, pair.event), []).append(pair)
    return found


class Bus:
    """`on_invoked` receives each event that a function has handled without failing."""

    def __init__(
        self,
        *,
        kernel: Kernel,
        sqs: Sqs,
        lambdas: Lambdas,
        plan: Plan,
        streams: Streams,
        on_invoked: Callable[[str, str], None],
    ) -> None:
        self._kernel, self._sqs, self._lambdas, self._plan = kernel, sqs, lambdas, plan
        self._streams, self._on_invoked = streams, on_invoked

    def put(self, entry: Entry) -> None:
        """Carry an event to the target of every rule that matches it."""
        for pair in rules().get((entry.source, entry.detail_type), ()):
            self._carry(pair, entry)

    def _carry(self, pair: Pair, entry: Entry) -> None:
        site = f"rule {pair.consumer.queue}"
        fault = self._plan.at(site, DELIVERY)
        kind = fault.kind if fault else ""
        delay_s = self._streams.latency_s(site)
        if fault and kind == "delay":
            delay_s += DELAY_MAX_S * fault.size**3
        if kind == "undeliverable":
            self._kernel.at(delay_s, lambda: self._dead_letter(pair, entry))
            return
        self._kernel.at(delay_s, lambda: self._deliver(pair, entry))
        if fault and kind == "duplicate":
            again_s = DELAY_MAX_S * fault.size**3
            self._kernel.at(delay_s + again_s, lambda: self._deliver(pair, entry))

    def _deliver(self, pair: Pair, entry: Entry) -> None:
        if pair.consumer.delivery == "queue":
            self._sqs.send(self._sqs.queues[named(pair.consumer.queue)], entry.detail, {})
        else:
            self._invoke(receiver(pair.consumer.service).name, pair, entry.detail, 1)

    def _dead_letter(self, pair: Pair, entry: Entry) -> None:
        """Send the whole bus entry to the rule's DLQ, with EventBridge's own attributes."""
        whole = {
            "version": "0",
            "id": "e",
            "detail-type": entry.detail_type,
            "source": entry.source,
            "detail": parsed(entry.detail),
        }
        error = {"ERROR_CODE": "SDK_CLIENT_ERROR", "ERROR_MESSAGE": "target is unreachable"}
        attributes = {n: {"DataType": "String", "StringValue": v} for n, v in error.items()}
        queue = self._sqs.queues[named(pair.dead_letter_queue)]
        self._sqs.send(queue, json.dumps(whole), attributes)

    def _invoke(self, function: str, pair: Pair, detail: str, attempt: int) -> None:
        def done(answer: Any) -> None:
            if not isinstance(answer, BaseException):
                self._on_invoked(function, detail)
            elif attempt <= INVOKE_RETRIES_MAX:
                again = lambda: self._invoke(function, pair, detail, attempt + 1)  # noqa: E731
                self._kernel.at(RETRY_S * attempt, again)
            else:
                self._destination(pair, detail, attempt)

        self._lambdas.invoke(function, parsed(detail), done)

    def _destination(self, pair: Pair, detail: str, attempts: int) -> None:
        """Send Lambda's record of an invocation whose retries are exhausted."""
        record = {
            "version": "1.0",
            "timestamp": "2026-03-01T12:00:00.000Z",
            "requestContext": {
                "requestId": "r",
                "functionArn": queue_arn(pair.consumer.service),
                "condition": "RetriesExhausted",
                "approximateInvokeCount": attempts,
            },
            "requestPayload": parsed(detail),
            "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
            "responsePayload": {"errorMessage": "Runtime exited"},
        }
        self._sqs.send(self._sqs.queues[named(pair.dead_letter_queue)], json.dumps(record), {})
