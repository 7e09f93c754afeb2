"""The order in which workers take tests: those that wait for a running system beside those that
compute, so that neither worker idles. Within a group, and among the rest, it stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import pytest

FIRST: Final = "crash points"  # computes as long as two of the others wait
COMPUTING: Final = "tests/simulation/"


def woven(items: Iterable[pytest.Item]) -> Iterator[pytest.Item]:
    groups: dict[str, list[pytest.Item]] = {FIRST: []}
    computing: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        marker = item.get_closest_marker("xdist_group")
        if marker:
            groups.setdefault(marker.args[0], []).append(item)
        else:
            (computing if item.nodeid.startswith(COMPUTING) else others).append(item)
    share = -(-len(computing) // max(len(groups) - 1, 1))
    for number, group in enumerate(groups.values()):
        yield from group
        yield from _share(computing, number, share)
    yield from others


def _share(items: Sequence[pytest.Item], number: int, share: int) -> Sequence[pytest.Item]:
    """What is computed after a group: nothing after the first, which is long itself."""
    return items[(number - 1) * share : number * share] if number else ()
