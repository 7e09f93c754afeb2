"""The running system, with money in the wallet that the tests of the clients pay from."""

from __future__ import annotations

import pytest

from infra.local.funding import fund
from infra.local.people import PEOPLE
from infra.local.stack import LocalStack
from tests.clients.live import Live


@pytest.fixture(scope="session")
def live(stack: LocalStack) -> Live:
    fund(stack, "alice")
    return Live(stack, {name: stack.token(name) for name in PEOPLE})
