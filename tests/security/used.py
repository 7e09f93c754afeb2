"""What each function needs from AWS while it does everything it can, compared with its grants."""

from __future__ import annotations

from functools import cache
from typing import Final

from infra.services.rows import RECEIVE
from infra.template.functions import FUNCTIONS, READ_STREAM, Function
from tests.in_memory.system import System
from tests.security.asked import Need, needs
from tests.security.everything import do_everything

# Lambda's poller does this in the function's name; the function itself never does.
BY_THE_POLLER: Final = {*RECEIVE, *READ_STREAM}


@cache
def recorded() -> dict[str, frozenset[Need]]:
    """Function → what its calls needed, over everything the system does."""
    systems = (System(), System(over_http=True))
    for system in systems:
        do_everything(system)
    calls = [call for system in systems for call in system.calls if call.function != "test"]
    return {
        function.name: frozenset(
            need for call in calls if call.function == function.name for need in needs(call)
        )
        for function in FUNCTIONS
    }


def granted(function: Function) -> frozenset[Need]:
    """What the function may do itself; `infra.template.rights` compares what the poller may do."""
    return frozenset(
        (grant.on, action)
        for grant in function.grants
        for action in grant.actions
        if action not in BY_THE_POLLER
    )


def differences(function: str, grants: frozenset[Need]) -> list[str]:
    """Return a sentence for each grant that is missing, and for each that nothing uses."""
    used = recorded()[function]
    return [
        *(
            f"{function} does {action} on {target}, which its row does not grant"
            for target, action in sorted(used - grants)
        ),
        *(
            f"{function} never does {action} on {target}, which its row grants"
            for target, action in sorted(grants - used)
        ),
    ]
