"""The API over an empty cloud: moto's, or the quick one in memory."""

from collections.abc import Iterator

import pytest

from tests.api.entry import Api
from tests.builders import VirtualTime
from tests.in_memory.system import System
from tests.stores.cloud import Cloud


@pytest.fixture
def api(cloud: Cloud, time: VirtualTime) -> Api:
    return Api(time.clock(), sandbox=True)


@pytest.fixture
def quick_api(time: VirtualTime) -> Iterator[Api]:
    """For tens of thousands of requests."""
    with System().in_place():
        yield Api(time.clock(), sandbox=True)
