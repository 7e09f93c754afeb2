"""A field that is added to the contract alone fails by name, and the sentence says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from infra.contracts.compat import changes
from infra.contracts.documents import Documents
from infra.contracts.rules.fields import KEPT_FROM
from tests.contracts.edits import edited
from tests.contracts.payloads import CONTRACT
from tests.contracts.stages import RELEASED, Stage, in_a_tree
from tests.fields.bodies import Body, bodies, filled
from tests.fields.journey import Journey
from tests.fields.places import findings
from tests.tree import python

REFERENCE: Final = {"description": "The client's own name.", "type": "string", "maxLength": 20}
REQUEST: Final = "components/schemas/PaymentRequest/properties"
STATE: Final = "handlers/payment_orchestrator/payment.py"
ATTRIBUTE: Final = "    description: str | None = None\n"
LOST: Final = (
    "PaymentRequest.reference is accepted and lost: missing in "
    "the item stored in payments (handlers/payment_orchestrator/store.py), "
    "POST /payments, GET /payments/{payment_id}, GET /payments, "
    "any event (specs/asyncapi.yaml), the gateway's POST /charges. "
    "Carry the field there, or say in specs/openapi.yaml, beside it, where it stops and why "
    "(x-kept-from, see specs/README.md)."
)


def with_reference(**extension: Any) -> Documents:
    """The contract with an optional field `reference` in the request and in the answer."""
    contract = edited("api", f"{REQUEST}/reference", {**REFERENCE, **extension})
    answer = "components/schemas/Payment/properties/reference"
    return edited("api", answer, REFERENCE, contract)


def generated(folder: Path) -> Path:
    """A copy of the repository after `make generate` with the new field."""
    in_a_tree(folder, Stage(RELEASED, with_reference(), ()))
    python(folder, "-m", "infra.generate")
    return folder


def round_trip(folder: Path) -> str:
    """The test of the new field alone, without its traceback."""
    chosen = ("-k", "createPayment-reference-longest")
    test = "tests/fields/test_round_trip.py"
    options = (*chosen, "-n", "0", "-q", "--tb", "short")
    return python(folder, "-m", "pytest", test, *options).stdout


def test_a_new_field_that_nobody_fills_is_lost_by_name(tmp_path: Path) -> None:
    """The state of a payment has the field, as the types ask for, and no value ever gets there."""
    tree = generated(tmp_path)
    state = tree / STATE
    text = state.read_text()
    assert ATTRIBUTE in text
    state.write_text(text.replace(ATTRIBUTE, f"{ATTRIBUTE}    reference: str | None = None\n"))

    assert LOST in round_trip(tree)


PLACES: Final = ("store", "answers", "events", "gateway")
REASONS: Final = dict.fromkeys(PLACES, "It is only a test.")


def arrived(contract: Documents, *places: str) -> list[str]:
    """What is found of a `reference` that arrives in these places and in no other."""
    (body,) = (body for body in bodies(contract) if body.operation_id == "createPayment")
    document = filled(body, frozenset({("reference",)}), longest=True)
    without = {name: value for name, value in document.items() if name != "reference"}
    at = {place: [document if place in places else without] for place in PLACES}
    journey = Journey(
        stored={"payments": [_item(at["store"][0])]},
        answers={"POST /payments": at["answers"]},
        returned={"POST /payments": at["answers"]},
        events={"payment.initiated": at["events"]},
        asked={"POST /charges": at["gateway"]},
    )
    return findings(contract, body, document, journey)


def _item(document: Any) -> Any:
    return {"payment_id": "pay_1", **document["amount"], **document}


def test_a_field_that_arrives_everywhere_is_not_found() -> None:
    assert arrived(with_reference(), *PLACES) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_field_is_found_where_it_is_missing(place: str) -> None:
    (sentence,) = arrived(with_reference(), *(p for p in PLACES if p != place))

    assert sentence.startswith("PaymentRequest.reference is accepted and lost: missing in ")


@pytest.mark.parametrize("place", PLACES)
def test_a_field_may_stop_where_the_contract_says_so(place: str) -> None:
    contract = with_reference(**{KEPT_FROM: {place: REASONS[place]}})

    assert arrived(contract, *(p for p in PLACES if p != place)) == []


@pytest.mark.parametrize("place", PLACES)
def test_a_field_that_arrives_where_the_contract_keeps_it_from_is_found(place: str) -> None:
    contract = with_reference(**{KEPT_FROM: {place: REASONS[place]}})

    (sentence,) = arrived(contract, *PLACES)

    assert sentence.startswith("PaymentRequest.reference is found in ")
    assert sentence.endswith("Its x-kept-from in specs/openapi.yaml says it is not.")


def test_where_a_field_stops_is_no_change_of_the_contract() -> None:
    contract = edited("api", f"{REQUEST}/payee/{KEPT_FROM}", REASONS)

    assert changes(CONTRACT, contract) == []
    assert changes(contract, CONTRACT) == []


def test_nested_and_repeated_fields_are_filled() -> None:
    schema = {
        "type": "object",
        "required": ["lines"],
        "properties": {
            "lines": {"type": "array", "minItems": 2, "maxItems": 3, "items": LINE},
            "notes": {"type": "object", "maxProperties": 4, "additionalProperties": REFERENCE},
        },
    }
    body = Body("createOrder", "OrderRequest", schema)

    document = filled(body, frozenset(body.optional), longest=True)

    assert body.optional == (("notes",),)
    assert [len(line["code"]) for line in document["lines"]] == [8, 8, 8]
    assert len({line["code"] for line in document["lines"]}) == 3
    assert len(document["notes"]) == 4


LINE: Final = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "string", "pattern": "^[A-Z]{2,8}$"}},
}
