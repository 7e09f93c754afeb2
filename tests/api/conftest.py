"""The API over an empty cloud."""

import pytest

from tests.api.entry import Api
from tests.builders import VirtualTime
from tests.stores.cloud import Cloud


@pytest.fixture
def api(cloud: Cloud, time: VirtualTime) -> Api:
    return Api(time.clock())
