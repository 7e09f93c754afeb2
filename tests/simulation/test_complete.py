"""The simulation has every service, every request and every optional field of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import jsonschema_rs
import pytest

from generated.catalogue import SERVICES
from infra.template.functions import FUNCTIONS
from tests.simulation.bodies import filled, optional, requests, value
from tests.simulation.crash_points import PATHS, run
from tests.simulation.customers import Api, Request
from tests.simulation.mutation import MUTANTS
from tests.simulation.world import simulate

pytestmark = pytest.mark.xdist_group("complete")

WORLDS = 12
OPERATIONS = sorted(requests())


@dataclass(frozen=True, slots=True)
class Seen:
    """The sites that some worlds reached, and the fields that each request had."""

    sites: set[str] = field(default_factory=set)
    fields: dict[tuple[str, str], set[str]] = field(default_factory=dict)


@cache
def seen() -> Seen:
    found = Seen()
    send = Api.send

    def sent(api: Api, request: Request, done: Any) -> None:
        operation = (request.method, request.template)
        found.fields.setdefault(operation, set()).update(request.body or {})
        send(api, request, done)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Api, "send", sent)
        for seed in range(WORLDS):
            found.sites.update(simulate(seed).kinds)
    return found


@cache
def crash_points() -> set[str]:
    """Return the sites of all paths at which a function can crash."""
    places = [place for path in PATHS for place in run(path, ())[1].places]
    return {site for site, _, kinds in places if any(kind.startswith("crash") for kind in kinds)}


def functions(service: str) -> list[str]:
    return [function.name for function in FUNCTIONS if function.service == service]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_a_planted_bug(service: str) -> None:
    package = f"handlers.{service.replace('-', '_')}."

    bugs = [mutant for mutant in MUTANTS if mutant.module.startswith(package)]

    assert bugs, f"{service} has no planted bug: add one to tests/simulation/planted_around.py"


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_of_a_service_takes_part_in_a_story(service: str) -> None:
    idle = [name for name in functions(service) if f"{name} start" not in seen().sites]

    assert functions(service)
    assert not idle, f"no story invokes {idle}: add one to tests/simulation/stories.py"


@pytest.mark.parametrize("service", SERVICES)
def test_every_function_of_a_service_has_crash_points(service: str) -> None:
    without = [name for name in functions(service) if f"{name} start" not in crash_points()]

    assert not without, f"no path reaches {without}: add one to tests/simulation/crash_points.py"


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_customers_send_every_request_with_each_of_its_optional_fields(
    operation: tuple[str, str],
) -> None:
    sent = seen().fields.get(operation)

    assert sent, f"nothing sends {operation}: add it to tests/simulation/customers.py"
    assert optional(operation).keys() <= sent


@pytest.mark.parametrize("operation", OPERATIONS, ids=" ".join)
def test_values_of_optional_fields_are_what_the_contract_allows(operation: tuple[str, str]) -> None:
    for seed in range(50):
        body = filled(operation, {}, lambda name: Random(f"{seed} {name}"))  # noqa: B023
        for name, one in body.items():
            jsonschema_rs.validate(dict(optional(operation)[name]), one)


SCHEMAS: list[Mapping[str, Any]] = [
    {"type": "string", "minLength": 3, "maxLength": 4},
    {"type": "string", "pattern": "^pay_[a-z2-7]{26}$"},
    {"type": "string", "enum": ["a", "b"]},
    {"type": "integer", "minimum": 7, "maximum": 9},
    {"type": "boolean"},
    {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "boolean"}},
    {"type": "object", "properties": {"a": {"type": "boolean"}}, "additionalProperties": False},
    {
        "type": "object",
        "maxProperties": 2,
        "propertyNames": {"pattern": "^[a-z]{1,4}$"},
        "additionalProperties": {"type": "string"},
    },
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
def test_a_value_of_every_kind_of_schema_is_valid(schema: Mapping[str, Any]) -> None:
    made = [value(schema, Random(seed)) for seed in range(20)]

    for one in made:
        jsonschema_rs.validate(dict(schema), one)


def test_a_kind_of_schema_that_is_not_known_is_named() -> None:
    with pytest.raises(ValueError, match="add its kind"):
        value({"type": "string", "format": "date"}, Random(1))
