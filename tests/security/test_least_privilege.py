"""What each function asks of AWS while it does everything it can = what the template grants it.

A grant that nothing uses fails here, and so does a call that nothing grants.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import pytest

from infra.template.functions import FUNCTIONS, READ_STREAM, Function
from infra.template.services import RECEIVE
from tests.security.asked import Need, needs
from tests.security.everything import do_everything
from tests.security.witness import Call, Witness
from tests.simulation.calls import Calls
from tests.simulation.world import simulate

pytestmark = pytest.mark.xdist_group("security")

SEEDS: Final = 60  # worlds in which every grant is used
# Lambda's poller does this in the function's name; the function itself never does.
BY_THE_POLLER: Final = {*RECEIVE, *READ_STREAM}


@cache
def recorded() -> dict[str, frozenset[Need]]:
    """Function → what its calls needed, over everything the system does."""
    worlds = (Witness(), Witness(over_http=True))
    for world in worlds:
        do_everything(world)
    calls = [call for world in worlds for call in world.calls if call.function != "test"]
    return {
        function.name: frozenset(
            need for call in calls if call.function == function.name for need in needs(call)
        )
        for function in FUNCTIONS
    }


def granted(function: Function) -> frozenset[Need]:
    return frozenset(
        (grant.on, action)
        for grant in function.grants
        for action in grant.actions
        if action not in BY_THE_POLLER
    )


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
    assert recorded()[function.name] == granted(function)


def test_no_function_does_itself_what_lambdas_poller_does_for_it() -> None:
    done = {action for function in FUNCTIONS for _, action in recorded()[function.name]}

    assert not done & BY_THE_POLLER


def test_the_poller_may_read_exactly_what_wakes_a_function() -> None:
    for function in FUNCTIONS:
        polled = {
            (grant.on.partition("/")[0], action)
            for grant in function.grants
            for action in grant.actions
            if action in BY_THE_POLLER
        }
        kinds = {"error-handler-consumer": "dead-letter-queues"}
        queues = {(kinds.get(function.name, "queues"), action) for action in RECEIVE}
        streams = {("stream", action) for action in READ_STREAM}
        match function.role:
            case "api":
                assert polled == set()
            case "consumer":
                assert polled == queues
            case "stream":
                assert polled == queues | streams
