"""One running system for all flows, with IAM enforced. Tests keep apart by currency: each takes
wallets of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from infra.local.stack import LocalStack, Settings
from tests.flows.town import Town

EXPIRY_S = 8


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    settings = Settings(expiry_s=EXPIRY_S, iam_enforced=True, redeliver_s=5)
    with LocalStack(tmp_path_factory.mktemp("stack"), settings) as stack:
        stack.warm_up()
        yield Town(stack)
