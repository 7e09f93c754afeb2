"""One running system for all attacks, with IAM enforced. It takes a while, so it is shared."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.stack import LocalStack, Settings
from tests.security.fortress import Fortress

EXPIRY_S = 60


@pytest.fixture(scope="session")
def fortress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortress]:
    settings = Settings(expiry_s=EXPIRY_S, redeliver_s=5, sandbox=False, iam_enforced=True)
    with LocalStack(tmp_path_factory.mktemp("stack"), settings) as stack:
        stack.warm_up()
        yield Fortress(stack)
