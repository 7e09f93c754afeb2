"""Set up what every test needs: the environment of the entry points, and an AWS in this process."""

import os
from collections.abc import Iterator

import pytest

# Before the handlers: botocore's clients get moto's hook when they are created.
from moto import mock_aws

from generated.catalogue import SERVICES
from tests.builders import ENVIRONMENT, VirtualTime

os.environ.update(ENVIRONMENT)

# Its clients need the environment.
from infra.local.stack import Settings
from tests.running.stack import RunningStack, running
from tests.stores.cloud import Cloud

STACK_EXPIRY_S = 8


def pytest_configure(config: pytest.Config) -> None:
    """Register a marker for each service: `make test-wallet-service` picks tests by it."""
    for service in SERVICES:
        marker = service.replace("-", "_")
        config.addinivalue_line("markers", f"{marker}: concerns this service (make test-{service})")


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """Empty tables as the template declares them, no queues."""
    with mock_aws():
        yield Cloud()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """One running stack for the journeys and the tests of the clients, with IAM enforced.

    It takes long to start, so the tests that use it are one group; each uses its own currency.
    """
    settings = Settings(expiry_s=STACK_EXPIRY_S, iam_enforced=True, redeliver_s=5)
    with running(tmp_path_factory.mktemp("stack"), settings) as stack:
        yield stack
