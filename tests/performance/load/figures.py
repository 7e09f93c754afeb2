"""The figures of a run: latencies from the moment a request was due, and what must hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Final

from tests.performance.load.sending import Sent

PERCENTILES: Final = (50, 95, 99)
DRAIN_MAX_S: Final = 60.0
CREATED: Final = 201
COMPLETED: Final = "completed"  # every payer has the funds, and no payee declines


def percentile(values: Sequence[float], wanted: int) -> float:
    """Return the nearest rank, which is a latency that was measured."""
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * wanted / 100) - 1)] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """One phase of a run. Latencies are in seconds."""

    name: str
    statuses: Mapping[int, int]
    accept_s: tuple[float, ...]
    complete_s: tuple[float, ...]
    ends: Mapping[str, int]
    lost: tuple[str, ...]
    drained_s: float

    def violations(self) -> list[str]:
        """Return what should have held and did not."""
        wrong = (
            [f"{len(self.lost)} payments without an end: {', '.join(self.lost)}"]
            if self.lost
            else []
        )
        wrong += [
            f"{count} requests were answered {status or 'not at all'}"
            for status, count in self.statuses.items()
            if status != CREATED
        ]
        created, payments = self.statuses.get(CREATED, 0), sum(self.ends.values()) + len(self.lost)
        if created != payments:
            wrong.append(f"{created} requests were answered {CREATED} for {payments} payments")
        wrong += [
            f"{count} payments ended {end}" for end, count in self.ends.items() if end != COMPLETED
        ]
        if self.drained_s > DRAIN_MAX_S:
            wrong.append(f"drained after {self.drained_s:.0f} s")
        return [f"{self.name}: {what}" for what in wrong]

    def lines(self) -> list[str]:
        """Return the figures as lines for a person to read."""
        return [
            f"{self.name}: {sum(self.statuses.values())} payments, statuses {dict(self.statuses)}, "
            f"ends {dict(self.ends)}, drained in {self.drained_s:.1f} s",
            f"  accept    {_row(self.accept_s)}",
            f"  complete  {_row(self.complete_s)}",
        ]


def _row(values: Sequence[float]) -> str:
    shown = [f"p{wanted} {percentile(values, wanted):7.3f} s" for wanted in PERCENTILES]
    return "  ".join([*shown, f"max {max(values, default=0.0):7.3f} s"])


def figures(
    name: str, sent: Sequence[Sent], ends: Mapping[str, tuple[str, datetime]], drained_s: float
) -> Figures:
    """Return the figures of one phase; `ends` may contain more payments."""
    accepted = list({one.payment_id: one for one in sent if one.payment_id}.values())
    ended = [(one, *ends[str(one.payment_id)]) for one in accepted if one.payment_id in ends]
    return Figures(
        name=name,
        statuses=Counter(one.status for one in sent),
        accept_s=tuple(one.accepted_s for one in sent if one.status == CREATED),
        complete_s=tuple((at - one.due).total_seconds() for one, _, at in ended),
        ends=Counter(how for _, how, _ in ended),
        lost=tuple(str(one.payment_id) for one in accepted if one.payment_id not in ends),
        drained_s=drained_s,
    )
