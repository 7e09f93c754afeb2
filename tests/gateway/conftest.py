"""One simulator for all tests of the gateway, empty at the start of each."""

from collections.abc import Iterator

import pytest

from tests.gateway.running import Simulator, running_simulator


@pytest.fixture(scope="session")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running_simulator(tmp_path_factory.mktemp("gateway")) as simulator:
        yield simulator


@pytest.fixture
def simulator(_started: Simulator) -> Simulator:
    _started.reset()
    return _started
