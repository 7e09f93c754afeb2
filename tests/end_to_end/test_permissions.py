"""The stack enforces IAM: each function may do what customers and operators need it for."""

from __future__ import annotations

import pytest

from tests.running.stack import RunningStack

pytestmark = pytest.mark.xdist_group("local-stack")


def test_an_operator_sees_sends_back_and_discards_a_failed_event(stack: RunningStack) -> None:
    body = "not an event at all"

    stack.queues.send("wallet-service--payment-initiated", body)
    parked = stack.operator.parked(body=body)["failed_event_id"]
    assert stack.operator.review(parked, "redrive", "try").is_success
    assert stack.operator.parked(body=body)["failed_event_id"] == parked

    assert stack.operator.call("GET", f"/failed-events/{parked}").json()["attempts"] == 2
    assert stack.operator.review(parked, "discard", "no").is_success
    assert body not in [event["body"] for event in stack.operator.failed_events()]


def test_a_list_of_payments_is_read_through_its_index(stack: RunningStack) -> None:
    payment_id = stack.bob.pay(100, "SGD")

    listed = stack.bob.call("GET", "/payments").json()["items"]

    assert payment_id in {payment["payment_id"] for payment in listed}
