"""A right that a role lacks is named, table by table and queue by queue."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, Final

import pytest

from infra.services.rows import RECEIVE, streamed_tables
from infra.template import build_template, environment, rights
from infra.template.functions import FUNCTIONS, READ_STREAM
from infra.template.naming import camel
from infra.template.permissions import table
from infra.template.rights import Right

POLLED: Final = {*RECEIVE, *READ_STREAM}
TITLES: Final = [function.logical_id for function in FUNCTIONS]
VARIABLES: Final = [(f.logical_id, v) for f in FUNCTIONS for v in environment.read_by(f.handler)]


@cache
def template() -> dict[str, Any]:
    built: dict[str, Any] = build_template().to_dict()
    return built


def without(right: Right) -> dict[str, Any]:
    """The template, in which the function's role does not allow this."""
    changed = dict(template())
    changed["Resources"] = dict(changed["Resources"])
    title = f"{right.function.removesuffix('Function')}Role"
    role = changed["Resources"][title] = deepcopy(changed["Resources"][title])
    document = role["Properties"]["Policies"][0]["PolicyDocument"]
    document["Statement"] = list(split(document["Statement"], right))
    return changed


def split(statements: list[Any], right: Right) -> Iterator[dict[str, Any]]:
    """Return a statement for each action on each resource, without the one of `right`."""
    for statement in statements:
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                if (action, rights.named(resource)) != (right.action, right.resource):
                    yield {"Effect": "Allow", "Action": [action], "Resource": [resource]}


def test_every_role_allows_what_sources_destinations_and_logs_need() -> None:
    assert rights.lacking(template()) == []


@pytest.mark.parametrize("name", streamed_tables())
@pytest.mark.parametrize("action", READ_STREAM)
def test_a_right_on_one_stream_does_not_replace_the_right_on_another(
    name: str, action: str
) -> None:
    right = Right("EventRelayStreamFunction", action, f"{table(name)}.StreamArn")

    assert rights.lacking(without(right)) == [
        f"EventRelayStreamFunction may not do {action} on {camel(name)}Table.StreamArn"
    ]


@pytest.mark.parametrize("function", TITLES)
def test_each_right_that_is_needed_is_missed_when_it_is_taken_away(function: str) -> None:
    needed = {r for r in rights.needed(template()["Resources"]) if r.function == function}

    assert needed
    for right in needed:
        assert rights.lacking(without(right)) == [str(right)]


def test_lambda_may_poll_exactly_the_streams_and_queues_that_invoke_a_function() -> None:
    resources = template()["Resources"]

    polled = {right for right in rights.granted(resources) if right.action in POLLED}

    assert polled == {right for right in rights.needed(resources) if right.action in POLLED}


def test_every_variable_that_a_function_reads_is_set() -> None:
    assert environment.unset(template()) == []


@pytest.mark.parametrize(("function", "variable"), sorted(VARIABLES))
def test_each_variable_that_a_function_reads_is_missed(function: str, variable: str) -> None:
    changed = deepcopy(template())
    del changed["Resources"][function]["Properties"]["Environment"]["Variables"][variable]

    assert environment.unset(changed) == [
        f"{function} reads {variable}, but the template does not set it"
    ]


def test_what_an_entry_point_imports_counts_as_read_by_it() -> None:
    assert "AUDIENCE" in environment.read_by("handlers.wallet_service.api.handler")
    assert "AUDIENCE" not in environment.read_by("handlers.wallet_service.consumer.handler")
