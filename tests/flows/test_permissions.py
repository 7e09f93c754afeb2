"""The flows' system enforces IAM: what each function may do is enough for all they do, and for what
operators do with failed events.
"""

from __future__ import annotations

import pytest

from tests.flows.town import Town, until

pytestmark = pytest.mark.xdist_group("local-stack")


def test_an_operator_sees_sends_back_and_discards_a_failed_event(town: Town) -> None:
    body = "not an event at all"

    def parked() -> list[str]:
        return [e["failed_event_id"] for e in town.failed_events() if e["body"] == body]

    town.send("wallet-service--payment-initiated", body)
    (event,) = until("the parked message", parked, bool)
    path = f"/failed-events/{event}"
    assert town.call("olivia", "POST", f"{path}/redrive", body={"note": "try"}).is_success
    until("its second failure", parked, bool)

    assert town.call("olivia", "GET", path).json()["attempts"] == 2
    assert town.call("olivia", "POST", f"{path}/discard", body={"note": "no"}).is_success
    assert parked() == []


def test_a_list_of_payments_is_read_through_its_index(town: Town) -> None:
    payment_id = town.pay("bob", 100, "SGD")

    listed = town.call("bob", "GET", "/payments").json()["items"]

    assert payment_id in {payment["payment_id"] for payment in listed}
