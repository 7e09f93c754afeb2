"""One running system for all tests of the clients."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.funding import fund
from infra.local.people import PEOPLE
from infra.local.stack import LocalStack, Settings
from tests.clients.live import Live


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with LocalStack(tmp_path_factory.mktemp("stack"), Settings(expiry_s=8)) as stack:
        stack.warm_up()
        fund(stack, "alice")
        yield Live(stack, {name: stack.token(name) for name in PEOPLE})
