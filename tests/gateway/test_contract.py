"""specs/gateway.openapi.yaml, the simulator, the adapter and the guide agree."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from handlers.gateway_processor import http_answers
from handlers.gateway_processor.http_gateway import READ_TIMEOUT_S
from infra.local.simulator import app, contract, payees
from tests.gateway.adapter import IMPATIENT, a_request, about
from tests.running.gateway import Simulator

pytestmark = pytest.mark.gateway_processor

ROOT = Path(__file__).parents[2]
SPEC: dict[str, Any] = yaml.safe_load((ROOT / "specs/gateway.openapi.yaml").read_text())
GUIDE = (ROOT / "docs/gateway-simulator.md").read_text()
SCHEMAS: dict[str, Any] = SPEC["components"]["schemas"]
REGISTRY: Registry[Any] = Registry().with_resources(
    (
        f"file:///specs/{name}",
        DRAFT202012.create_resource(yaml.safe_load((ROOT / "specs" / name).read_text())),
    )
    for name in ("gateway.openapi.yaml", "schemas/common.yaml")
)


def broken_rules(schema: dict[str, Any], document: object) -> list[str]:
    """What is wrong with `document`; `schema` is part of the spec."""
    reference = schema["$ref"]
    absolute = f"file:///specs/gateway.openapi.yaml{reference}"
    validator = Draft202012Validator(
        {"$ref": absolute}, registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
    return [error.message for error in validator.iter_errors(document)]


def examples() -> list[tuple[str, dict[str, Any], object]]:
    """(name, schema, value) of every example in a request or an answer."""
    found = []

    def walk(node: object) -> None:
        if isinstance(node, dict):
            for name, example in (node.get("examples") or {}).items() if "schema" in node else ():
                found.append((name, node["schema"], example["value"]))
            for child in node.values():
                walk(child)
        if isinstance(node, list):
            for child in node:
                walk(child)

    walk(SPEC["paths"])
    walk(SPEC["components"]["responses"])
    return found


def test_the_document_is_valid_openapi() -> None:
    validate(SPEC, base_uri=(ROOT / "specs/gateway.openapi.yaml").as_uri())


@pytest.mark.parametrize(("name", "schema", "value"), examples())
def test_every_example_keeps_its_own_schema(
    name: str, schema: dict[str, Any], value: object
) -> None:
    assert broken_rules(schema, value) == [], name


def test_the_simulator_has_exactly_the_paths_of_the_contract(simulator: Simulator) -> None:
    of_contract = {
        (method.upper(), path.replace("{idempotency_key}", "pay_1"))
        for path, operations in SPEC["paths"].items()
        for method in operations
        if method != "parameters"
    }

    for method, path in of_contract:
        answer = simulator.http.request(method, path)
        problem = str(answer.json().get("type", "none"))
        assert not problem.endswith((":not-found", ":method-not-allowed")), (method, path)
    assert len(of_contract) == 3


@pytest.mark.parametrize("payee", ["coffee-shop-42", "payee_decline_do_not_honor"])
def test_what_the_simulator_answers_is_in_the_contract(simulator: Simulator, payee: str) -> None:
    body = {
        "amount": {"value": 1, "currency": "JPY"},
        "payee": payee,
        "reference": "pay_1",
    }
    charge = simulator.http.post("/charges", json=body, headers={"Idempotency-Key": "pay_1"})
    again = simulator.http.get("/charges/pay_1")
    cancelled = simulator.http.post("/charges/pay_2/cancel")
    problem = simulator.http.get("/charges/pay_3")

    assert broken_rules({"$ref": "#/components/schemas/Charge"}, charge.json()) == []
    assert broken_rules({"$ref": "#/components/schemas/KeyOutcome"}, again.json()) == []
    assert broken_rules({"$ref": "#/components/schemas/KeyOutcome"}, cancelled.json()) == []
    assert broken_rules({"$ref": "#/components/schemas/Problem"}, problem.json()) == []


def test_the_simulator_knows_every_problem_of_the_contract_but_throttling() -> None:
    slugs = {name.removeprefix("urn:problem-type:gateway:") for name in problem_types()}

    assert slugs == {*get_args(contract.Slug), "too-many-requests"}


def problem_types() -> list[str]:
    names: list[str] = SCHEMAS["ProblemType"]["enum"]
    return names


def test_the_adapter_checks_with_the_patterns_of_the_contract() -> None:
    for pattern, schema in (
        (http_answers.CHARGE_ID, "ChargeId"),
        (http_answers.DECLINE_CODE, "DeclineCode"),
    ):
        assert f"^{pattern.pattern}$" == SCHEMAS[schema]["pattern"]
    assert all(http_answers.PROBLEM_TYPE.fullmatch(name) for name in problem_types())


def test_the_simulator_declines_with_the_codes_of_the_contract() -> None:
    assert list(payees.DECLINE_CODES) == SCHEMAS["DeclineCode"]["examples"]


def test_magic_payees_can_be_named_in_a_payment() -> None:
    common = yaml.safe_load((ROOT / "specs/schemas/common.yaml").read_text())
    pattern = common["$defs"]["Payee"]["pattern"]

    for payee in all_magic_payees():
        assert re.search(pattern, payee), payee


def all_magic_payees() -> list[str]:
    declining = [f"payee_decline_{code}" for code in payees.DECLINE_CODES]
    return [*declining, *payees.MAGIC_PAYEES]


def test_the_guide_lists_exactly_the_magic_payees() -> None:
    listed = re.findall(r"^\| `(payee_[a-z_]+)` \|", GUIDE, re.MULTILINE)

    assert sorted(listed) == sorted(all_magic_payees())


def test_the_adapter_waits_for_the_slow_payee_and_not_for_a_held_one() -> None:
    assert app.SLOW_S < READ_TIMEOUT_S < app.HOLD_S


@pytest.mark.parametrize("payee", all_magic_payees())
def test_no_payee_is_ever_charged_twice_however_often_it_is_asked(
    simulator: Simulator, payee: str
) -> None:
    gateway = simulator.gateway(IMPATIENT)

    for _ in range(3):
        gateway.charge(a_request(payee))
        gateway.inquire(about("pay_1"))
    final = gateway.cancel(about("pay_1"))
    simulator.release()

    assert gateway.inquire(about("pay_1")) == final
    assert simulator.recorded("pay_1")["charged"] == (payee not in never_charged())
    assert simulator.totals()["charged_twice"] == []


def never_charged() -> set[str]:
    declining = {name for name in all_magic_payees() if "decline" in name}
    return {*declining, "payee_never_answers", "payee_charge_down"}
