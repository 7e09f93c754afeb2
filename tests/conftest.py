"""What every test starts from: the environment that entry points read when they are imported, and
an AWS in this process.
"""

import os
from collections.abc import Iterator

import pytest

# Before the handlers: botocore's clients take moto's hook along when they are made.
from moto import mock_aws

from tests.builders import ENVIRONMENT, VirtualTime

os.environ.update(ENVIRONMENT)

# Its clients need the environment.
from tests.stores.cloud import Cloud


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    """Empty tables as the template declares them, no queues."""
    with mock_aws():
        yield Cloud()
