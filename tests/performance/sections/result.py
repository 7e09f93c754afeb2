"""What a part of the bench is, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from tests.performance.figures import Figure

Step: TypeAlias = Callable[[], None]  # "one more step is done"


@dataclass(frozen=True, slots=True)
class Result:
    """`charts` by file name."""

    figures: Sequence[Figure]
    charts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Section:
    """`steps`: how often `run` says that it got on."""

    name: str
    steps: int
    run: Callable[[Step], Result]
