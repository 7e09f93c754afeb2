"""One simulator for all tests of the gateway, empty at the start of each."""

from collections.abc import Iterator

import pytest

from tests.running.gateway import Simulator, running_simulator

# A held request stays held until the test lets it go: nothing depends on how fast this machine is,
# only on the client giving up first.
OPTIONS = ("--slow-s", "0.05", "--hold-s", "60")


@pytest.fixture(scope="session")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    with running_simulator(tmp_path_factory.mktemp("gateway"), *OPTIONS) as (_, simulator):
        yield simulator


@pytest.fixture
def simulator(_started: Simulator) -> Simulator:
    _started.reset()
    return _started
