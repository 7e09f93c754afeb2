"""Random streams, one per site: a new site or one more draw leaves all others unchanged."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Streams:
    """The streams of one seed. Each depends on the seed and the name of its site, nothing else."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self.begun: dict[str, Random] = {}  # by site

    def of(self, site: str) -> Random:
        """Return the stream of a site, created when it is first asked for."""
        stream = self.begun.get(site)
        if stream is None:
            stream = self.begun[site] = Random(f"{self._seed} {site}")
        return stream

    def latency_s(self, site: str) -> float:
        """Return milliseconds mostly, sometimes a second: the seed decides who overtakes whom."""
        stream = self.of(f"{site} latency")
        draw = stream.random()
        return 0.001 + 0.02 * draw if draw < 0.95 else 2.0 * stream.random()

    def ranked(self, site: str, choices: Iterable[T], name: Callable[[T], str] = str) -> list[T]:
        """Return the choices in an order of the site's own, in which a new one moves no other.

        So a choice that the catalogue adds replaces the first only where it comes first itself.
        """

        def rank(choice: T) -> bytes:
            return blake2b(f"{self._seed} {site} {name(choice)}".encode(), digest_size=8).digest()

        return sorted(choices, key=rank)
