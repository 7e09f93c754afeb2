"""The running stack, with money in the wallet that the tests of the clients pay from."""

from __future__ import annotations

import pytest

from infra.local.funding import fund
from infra.local.people import PEOPLE
from tests.clients.live import Live
from tests.running.stack import RunningStack


@pytest.fixture(scope="session")
def live(stack: RunningStack) -> Live:
    fund(stack, "alice")
    return Live(stack, {name: stack.token(name) for name in PEOPLE})
