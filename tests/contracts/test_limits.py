"""Every limit of the specification is enforced: just inside is accepted, just outside refused.

A refusal names the field, so that a client can correct it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import pytest

from infra.contracts.documents import OPENAPI, Pair
from tests.contracts.histories import MACHINES, after
from tests.contracts.limits import Limit, any_value, filled, limits
from tests.contracts.payloads import CONTRACT, PAIRS, example, identity, validator
from tests.contracts.requests import BY_ID, REQUESTS, Request, agreed, problem
from tests.contracts.test_pairs_refuse import require_parked

# Refused although they are valid against the schema.
BEYOND_SCHEMA: Final = {"cursor": "is not a next_cursor of this list"}
ACCEPTED: Final = {"", "not-found", "conflict"}


@dataclass(frozen=True, slots=True)
class Case:
    """One limit of one operation: a request inside it, one outside, and the refused field."""

    name: str
    field: str
    inside: Request
    outside: Request


def bodies() -> list[Case]:
    found = []
    for path, method, _, operation in CONTRACT.operations(OPENAPI):
        request = BY_ID[operation["operationId"]]
        if request.body is None:
            continue
        content = CONTRACT.resolved(OPENAPI, operation["requestBody"])[1]["content"]
        schema = CONTRACT.flat(OPENAPI, content["application/json"]["schema"])
        found += [
            Case(
                f"{method} {path} {limit}",
                limit.field or "body",
                agreed(replace(request, body=limit.inside)),
                agreed(replace(request, body=limit.outside)),
            )
            for limit in limits(schema, request.body)
        ]
    return found


def parameters() -> list[Case]:
    return [
        case
        for path, method, item, operation in CONTRACT.operations(OPENAPI)
        for parameter in CONTRACT.parameters(OPENAPI, item, operation)
        for case in _of_parameter(f"{method} {path}", parameter, BY_ID[operation["operationId"]])
    ]


def _of_parameter(where: str, parameter: Any, request: Request) -> list[Case]:
    name, location = parameter["name"], parameter["in"]
    schema = CONTRACT.flat(OPENAPI, parameter["schema"])
    # A parameter is always text, so no value has another type.
    held = {k: v for k, v in schema.items() if (k, v) != ("type", "string")}

    def at(limit: Limit, value: Any) -> Request:
        changed = request.with_parameter(location, name, str(value))
        if (request.operation_id, name) == ("createDeposit", "currency"):
            amount = {**request.body["amount"], "currency": str(limit.inside)}
            return replace(changed, body={**request.body, "amount": amount})
        return changed

    cases = [
        Case(
            f"{where} {name} {limit.keyword}",
            name,
            at(limit, limit.inside),
            at(limit, limit.outside),
        )
        for limit in limits(held, any_value(schema))
    ]
    if parameter.get("required") and location != "path":
        without = request.with_parameter(location, name, None)
        cases.append(Case(f"{where} {name} required", name, request, without))
    return cases


BODIES: Final = bodies()
PARAMETERS: Final = parameters()


def label(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", [*BODIES, *PARAMETERS], ids=label)
def test_a_request_just_inside_a_limit_is_accepted(case: Case) -> None:
    status, document = case.inside.answer()

    beyond = [e["message"] == BEYOND_SCHEMA.get(e["field"]) for e in document.get("errors", [])]
    assert problem(document) in ACCEPTED or all(beyond), (status, document)


@pytest.mark.parametrize("case", [*BODIES, *PARAMETERS], ids=label)
def test_a_request_just_outside_a_limit_is_refused_by_the_name_of_the_field(case: Case) -> None:
    status, document = case.outside.answer()

    named = {error["field"].lower() for error in document["errors"]}
    assert named == {case.field.lower()}
    assert status == (422 if case in BODIES else 400)


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_an_unknown_parameter_is_refused(request_: Request) -> None:
    status, document = request_.with_parameter("query", "unknown", "1").answer()

    assert (status, problem(document)) == (400, "validation-failed")
    assert [error["field"] for error in document["errors"]] == ["unknown"]


def event_limits(event: str) -> list[Limit]:
    schema = CONTRACT.event_schema(event)
    found = limits(schema, filled(schema, example(event)))
    return [limit for limit in found if isinstance(limit.outside, dict)]


@pytest.mark.parametrize("event", CONTRACT.events)
def test_the_values_for_the_limits_of_an_event_are_inside_and_outside_its_schema(
    event: str,
) -> None:
    for limit in event_limits(event):
        assert validator(event).is_valid(limit.inside), str(limit)
        assert not validator(event).is_valid(limit.outside), str(limit)


@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_a_consumer_accepts_an_event_just_inside_a_limit(pair: Pair) -> None:
    nothing = MACHINES[pair.consumer].histories[0]
    for limit in event_limits(pair.event):
        world = after(nothing, pair, limit.inside)
        world.deliver(pair.consumer, pair.channel, limit.inside)
        assert world.parked() == [], str(limit)


@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_a_consumer_refuses_an_event_just_outside_a_limit(pair: Pair) -> None:
    for limit in event_limits(pair.event):
        require_parked(pair, limit.outside)
