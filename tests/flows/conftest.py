"""Tests keep apart by currency: each takes wallets of its own."""

from __future__ import annotations

import pytest

from infra.local.stack import LocalStack
from tests.flows.town import Town


@pytest.fixture(scope="session")
def town(stack: LocalStack) -> Town:
    return Town(stack)
