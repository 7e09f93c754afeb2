"""One running stack for all attacks, which is no sandbox: so it is in production."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.stack import Settings
from tests.running.stack import RunningStack, running
from tests.security.attempts import forgery_context
from tests.security.tokens import Context

EXPIRY_S = 60


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    settings = Settings(expiry_s=EXPIRY_S, redeliver_s=5, sandbox=False, iam_enforced=True)
    with running(tmp_path_factory.mktemp("stack"), settings) as stack:
        yield stack


@pytest.fixture(scope="session")
def context(stack: RunningStack) -> Context:
    return forgery_context(stack)
