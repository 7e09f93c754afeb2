"""A payment with IAM enforced: what each function may do is enough, and no more is needed."""

from __future__ import annotations

import pytest

from infra.local.stack import LocalStack, Settings
from tests.flows.town import Town

pytestmark = pytest.mark.xdist_group("crashes")


def test_payments_end_with_iam_enforced(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = Settings(expiry_s=6, iam_enforced=True, redeliver_s=5)
    with LocalStack(tmp_path_factory.mktemp("stack"), settings) as stack:
        stack.warm_up()
        town = Town(stack)
        town.fund("alice", 1000, "EUR")

        good = town.pay("alice", 100, "EUR")
        declined = town.pay("alice", 100, "EUR", payee="payee_decline_do_not_honor")
        expired = town.pay("alice", 100, "EUR", payee="payee_never_answers")
        town.send("wallet-service--payment-initiated", "not an event")

        assert town.end_of("alice", good) == ("completed", None)
        assert town.end_of("alice", declined) == ("failed", "do_not_honor")
        assert town.end_of("alice", expired) == ("failed", "reservation_expired")
        assert town.wallet("alice", "EUR") == (900, 0)
        assert len(town.call("alice", "GET", "/payments").json()["items"]) == 3
        town.await_quiet()
        (event,) = town.failed_events()
        path = f"/failed-events/{event['failed_event_id']}"
        assert town.call("olivia", "POST", f"{path}/redrive", body={"note": "try"}).is_success
        town.await_quiet()
        assert town.call("olivia", "GET", path).json()["attempts"] == 2
        assert town.call("olivia", "POST", f"{path}/discard", body={"note": "no"}).is_success
