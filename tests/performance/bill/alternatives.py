"""The same completed payment built otherwise, worked out from the same counts and prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.performance.bill.cost import MILLION, bill, by_service, provisioned, total
from tests.performance.bill.observed import METRICS, RELAY, Use
from tests.performance.bill.prices import Prices

# reserve, charge, was it approved?, deduct or release, end, and the start itself
TRANSITIONS: Final = 6
EXPRESS_MEMORY_GB: Final = 64 / 1024
# "Event-driven architecture for payments", AWS Solutions guidance: about $91 per million requests.
GUIDANCE: Final = 91.0


def alternatives(used: Mapping[str, Use], prices: Prices) -> dict[str, float]:
    """Name → dollars per million completed payments when busy."""
    bills = bill(used, prices, "busy")
    ours = by_service(bills)
    all_in = total(bills)
    dollars = prices.dollars
    # An orchestrator calls the steps itself: no relay, no bus, no queues.
    orchestrated = all_in - sum(bills[RELAY].values()) - ours["SQS"]
    wait_s = sum(prices.assumed["wait_ms"][name] * n for name, n in _calls(used).items()) / 1000
    express = (
        dollars["step_functions_express_request"]
        + wait_s * EXPRESS_MEMORY_GB * dollars["step_functions_express_gb_second"]
    )
    requests = used[METRICS].invocations * dollars["put_metric_data_request"]
    return {
        "this system": all_in,
        "with provisioned capacity in DynamoDB": all_in
        - ours["DynamoDB"]
        + provisioned(used, prices),
        "with an HTTP API": all_in
        - (dollars["rest_api_request"] - dollars["http_api_request"]) * MILLION,
        "orchestrated by Step Functions, Express": orchestrated + express * MILLION,
        "a PutMetricData call per event": all_in + requests * MILLION,
        "AWS guidance for event-driven payments": GUIDANCE,
        "orchestrated by Step Functions, Standard": orchestrated
        + TRANSITIONS * dollars["step_functions_transition"] * MILLION,
    }


def floor(used: Mapping[str, Use], prices: Prices) -> float:
    """What the design itself costs: request, writes, events and sends, before any code runs."""
    dollars = prices.dollars
    uses = used.values()
    return MILLION * (
        sum(use.requests for use in uses) * dollars["rest_api_request"]
        + sum(use.write_units for use in uses) * dollars["dynamodb_write_unit"]
        + sum(use.events for use in uses) * dollars["bus_event"]
        + sum(use.messages for use in uses) * dollars["sqs_request"]
    )


def _calls(used: Mapping[str, Use]) -> Mapping[str, int]:
    calls: dict[str, int] = {}
    for name, use in used.items():
        if name != RELAY:
            for call, count in use.calls.items():
                calls[call] = calls.get(call, 0) + count
    return calls
