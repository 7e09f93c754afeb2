"""What each function asks of AWS while it does everything it can = what the template grants it.

A grant that nothing uses fails here, and so does a call that nothing grants.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import pytest

from infra.template.functions import FUNCTIONS, Function
from tests.in_memory.system import Call
from tests.security.grants import BY_THE_POLLER, Need, differences, granted, needs, recorded
from tests.simulation.calls import Calls
from tests.simulation.world import simulate

pytestmark = pytest.mark.xdist_group("security")

SEEDS: Final = 60  # worlds in which every grant is used


def simulated(seeds: Iterable[int]) -> dict[str, set[Need]]:
    """Function → what its calls needed, in worlds where everything goes wrong."""
    found: dict[str, set[Need]] = {function.name: set() for function in FUNCTIONS}
    real = Calls.call

    def call(calls: Calls, service: str, operation: str, parameters: dict[str, Any]) -> Any:
        if function := calls.caller:
            found[function] |= set(needs(Call(function, service, operation, parameters)))
        return real(calls, service, operation, parameters)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Calls, "call", call)
        for seed in seeds:
            simulate(seed)
    return found


def test_in_simulation_functions_do_exactly_what_they_may() -> None:
    assert simulated(range(SEEDS)) == {function.name: granted(function) for function in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_function_may_do_exactly_what_it_does(function: Function) -> None:
    assert differences(function.name, granted(function)) == []


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_each_grant_that_is_taken_away_is_named(function: Function) -> None:
    grants = granted(function)

    for target, action in grants:
        assert differences(function.name, grants - {(target, action)}) == [
            f"{function.name} does {action} on {target}, which its row does not grant"
        ]


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_grant_that_nothing_uses_is_named(function: Function) -> None:
    more = granted(function) | {("table/receipts", "dynamodb:Scan")}

    assert differences(function.name, more) == [
        f"{function.name} never does dynamodb:Scan on table/receipts, which its row grants"
    ]


def test_no_function_does_itself_what_lambdas_poller_does_for_it() -> None:
    done = {action for function in FUNCTIONS for _, action in recorded()[function.name]}

    assert not done & BY_THE_POLLER
