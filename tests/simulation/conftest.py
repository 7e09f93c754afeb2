"""Simulation puts what it builds into the entry modules; other tests find them as they were."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.simulation.entry_points import BUILT
from tests.simulation.world import points


@pytest.fixture(autouse=True, scope="module")
def _as_it_was_afterwards() -> Iterator[None]:
    places = {name: (point.module, BUILT[name]) for name, point in points().items()}
    before = {name: getattr(module, built) for name, (module, built) in places.items()}
    yield
    for name, (module, built) in places.items():
        setattr(module, built, before[name])
