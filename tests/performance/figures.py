"""What was measured, and the goal beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. Its goal is a limit above or below; without one it informs."""

    section: str
    name: str
    value: float
    unit: str = ""
    at_most: float | None = None
    at_least: float | None = None

    @property
    def goal(self) -> str:
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else ""

    @property
    def met(self) -> bool | None:
        """None when there is no goal."""
        if self.at_most is not None:
            return round(self.value, 2) <= self.at_most
        return round(self.value, 2) >= self.at_least if self.at_least is not None else None

    @property
    def shown(self) -> str:
        number = f"{self.value:,.0f}" if abs(self.value) >= 1000 else f"{self.value:.3g}"
        return f"{number} {self.unit}".strip()


def rows(figures: Sequence[Figure]) -> list[tuple[str, str, str, str, str]]:
    """Section, name, figure, goal, and whether it is met."""
    verdicts = {True: "met", False: "missed", None: ""}
    return [(f.section, f.name, f.shown, f.goal, verdicts[f.met]) for f in figures]


def markdown(figures: Sequence[Figure]) -> str:
    head = ["| what | figure | goal | |", "|---|---|---|---|"]
    lines = [f"| {s}: {n} | {shown} | {goal} | {met} |" for s, n, shown, goal, met in rows(figures)]
    return "\n".join([*head, *lines])
