"""Charges in DynamoDB: one claim per payment, one end per claim."""

import json

import pytest

from handlers.core.decision import Decision
from handlers.core.envelope import Cause
from handlers.core.errors import Conflict
from handlers.gateway_processor.charge import Charge
from handlers.gateway_processor.decisions import decide, on_answer
from handlers.gateway_processor.gateway import Answer, Approved, Cancelled, Declined
from handlers.gateway_processor.store import Charges
from tests.builders import ENVIRONMENT, LATER, NOW, PAY_1, a_charge, reserved
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.gateway_processor

CAUSE = Cause("cor-1", "evt_" + "a" * 26)


@pytest.fixture
def charges(cloud: Cloud) -> Charges:
    return Charges(cloud.dynamodb, ENVIRONMENT["CHARGES_TABLE"])


def fetched(charges: Charges) -> Charge:
    found = charges.fetch(PAY_1)
    assert found is not None
    return found


def write(charges: Charges, decided: object) -> None:
    assert isinstance(decided, Decision)
    charges.commit(decided, cause=CAUSE, now=NOW)


def claim(charges: Charges) -> None:
    write(charges, decide(charges.fetch(PAY_1), reserved(), NOW))


def end(charges: Charges, answer: Answer, charge: Charge | None = None) -> None:
    write(charges, on_answer(charge or fetched(charges), "charge", answer, NOW))


def test_a_claim_announces_nothing(charges: Charges, cloud: Cloud) -> None:
    claim(charges)

    assert fetched(charges) == a_charge()
    assert "outbox" not in cloud.items("charges")[0]


def test_only_one_worker_claims(charges: Charges, cloud: Cloud) -> None:
    decided = decide(None, reserved(), NOW)
    write(charges, decided)
    before = cloud.items("charges")

    with pytest.raises(Conflict):
        write(charges, decided)

    assert cloud.items("charges") == before


@pytest.mark.parametrize(
    ("answer", "fields", "event_type"),
    [
        (Approved("ch_9"), ("approved", "ch_9", None), "gateway.payment_approved"),
        (Declined("lost_card"), ("declined", None, "lost_card"), "gateway.payment_rejected"),
        (Cancelled(), ("expired", None, "reservation_expired"), "gateway.payment_rejected"),
    ],
)
def test_the_end_and_its_announcement_are_one_write(
    charges: Charges, answer: Answer, fields: tuple[str, str | None, str | None], event_type: str
) -> None:
    claim(charges)

    end(charges, answer)

    kept = fetched(charges)
    outbox = json.loads(kept.outbox or "")
    assert (kept.status, kept.charge_id, kept.reason) == fields
    assert kept.version == 2
    assert (outbox["type"], outbox["causationid"]) == (event_type, CAUSE.causation_id)


def test_a_charge_ends_once(charges: Charges, cloud: Cloud) -> None:
    claim(charges)
    stale = fetched(charges)
    end(charges, Approved("ch_9"))
    before = cloud.items("charges")

    with pytest.raises(Conflict):
        end(charges, Cancelled(), stale)

    assert cloud.items("charges") == before


def test_what_expired_before_it_was_claimed_is_recorded_and_can_never_be_claimed(
    charges: Charges,
) -> None:
    write(charges, decide(None, reserved(), LATER))

    with pytest.raises(Conflict):
        write(charges, decide(None, reserved(), NOW))

    assert fetched(charges).status == "expired"
    assert "reservation_expired" in (fetched(charges).outbox or "")


def test_an_outcome_is_announced_again_with_the_same_id(charges: Charges) -> None:
    claim(charges)
    end(charges, Approved("ch_9"))
    first = json.loads(fetched(charges).outbox or "")

    claim(charges)
    claim(charges)

    again = fetched(charges)
    assert json.loads(again.outbox or "") == first | {"reannounced": 2}
    assert (again.status, again.charge_id, again.version) == ("approved", "ch_9", 4)
