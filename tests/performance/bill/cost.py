"""From what was used to dollars per million payments, by service of AWS and by function.

Two rates bound what is paid: alone, every batch has one message; busy, every batch is full.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from infra.template.functions import FUNCTIONS, Function
from infra.template.sources import RELAY_BATCH_ITEMS
from tests.performance.bill.observed import METRICS, RELAY, Use
from tests.performance.bill.prices import Prices

Rate = Literal["alone", "busy"]
RATES: Final[tuple[Rate, ...]] = ("alone", "busy")
MILLION: Final = 1_000_000
GB: Final = 1e9
MB_PER_GB: Final = 1024
ENTRIES_MAX: Final = 10  # events in one PutEvents
HOUR_S: Final = 3600
SERVICES: Final = ("API Gateway", "Lambda", "DynamoDB", "EventBridge", "SQS", "CloudWatch Logs")

Bill = dict[str, float]  # service of AWS → dollars per million payments


def bill(used: Mapping[str, Use], prices: Prices, rate: Rate) -> dict[str, Bill]:
    """Dollars per million payments: function → service of AWS → dollars."""
    return {name: _function_bill(name, use, prices, rate) for name, use in used.items()}


def by_service(bills: Mapping[str, Bill]) -> Bill:
    return {service: sum(one[service] for one in bills.values()) for service in SERVICES}


def total(bills: Mapping[str, Bill]) -> float:
    return sum(sum(one.values()) for one in bills.values())


def _function_bill(name: str, use: Use, prices: Prices, rate: Rate) -> Bill:
    function = next(f for f in FUNCTIONS if f.name == name)
    batch = _batch(function) if rate == "busy" else 1
    invocations = use.invocations / batch
    dollars = prices.dollars
    dynamodb = (
        use.write_units * dollars["dynamodb_write_unit"]
        + use.read_units * dollars["dynamodb_read_unit"]
    )
    # EventBridge sends each message; the poller receives and deletes batches.
    sqs_requests = use.messages + 2 * use.messages / batch
    log_bytes = use.log_bytes + use.log_lines * prices.assumed["log_event_overhead_bytes"]
    one = {
        "API Gateway": use.requests * dollars["rest_api_request"],
        "Lambda": _lambda(function, use, prices, invocations, batch),
        "DynamoDB": dynamodb,
        "EventBridge": use.events * dollars["bus_event"],
        "SQS": sqs_requests * dollars["sqs_request"],
        "CloudWatch Logs": log_bytes / GB * dollars["log_gigabyte"],
    }
    return {service: price * MILLION for service, price in one.items()}


def _batch(function: Function) -> int:
    if function.name == RELAY:
        return RELAY_BATCH_ITEMS
    return 1 if function.name == METRICS or function.role == "api" else function.batch_items


def _lambda(function: Function, use: Use, prices: Prices, invocations: float, batch: int) -> float:
    """Requests, and memory for as long as the function computes, waits and starts."""
    assumed = prices.assumed
    calls = _calls(use, batch)
    wait_ms = sum(count * assumed["wait_ms"][name] for name, count in calls.items())
    cpu_ms = (
        sum(calls.values()) * assumed["cpu_ms_per_call"]
        + use.invocations * assumed["cpu_ms_per_message"]
    )
    whole_cores = min(1.0, function.memory_mb / assumed["vcpu_memory_mb"])
    start_ms = invocations * assumed["starts_per_invocation"] * assumed["start_ms"]
    gb_seconds: float = (
        function.memory_mb / MB_PER_GB * (wait_ms + cpu_ms / whole_cores + start_ms) / 1000
    )
    requests = invocations * prices.dollars["lambda_request"]
    return requests + gb_seconds * prices.dollars["lambda_gb_second_arm64"]


def _calls(use: Use, batch: int) -> Mapping[str, float]:
    """The relay publishes ten events at a time when there are as many; others' calls are many
    wallets' or payments', one after another.
    """
    return {
        name: count / min(batch, ENTRIES_MAX) if name == "PutEvents" else count
        for name, count in use.calls.items()
    }


def provisioned(used: Mapping[str, Use], prices: Prices) -> float:
    """What DynamoDB would cost with provisioned capacity that is used as its auto scaling aims."""
    part_used: float = prices.assumed["provisioned_use"]
    writes = sum(use.write_units for use in used.values())
    reads = sum(use.read_units for use in used.values())
    hourly = (
        writes * prices.dollars["dynamodb_write_capacity_hour"]
        + reads * prices.dollars["dynamodb_read_capacity_hour"]
    )
    return hourly / HOUR_S / part_used * MILLION
