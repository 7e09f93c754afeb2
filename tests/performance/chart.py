"""Bar charts as SVG, that can be read on light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH: Final = 720
LABELS: Final = 250
ROW: Final = 26
TOP: Final = 44
BAR: Final = 16
ROOM_FOR_VALUES: Final = 90
OURS: Final = "#2f81b7"
PARTNER: Final = "#9aa0a6"
LIMIT: Final = "#c0392b"
INK: Final = "#6e7781"


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    value: float
    ours: bool = True


def bars(title: str, unit: str, items: Sequence[Bar], goal: float | None = None) -> str:
    """Horizontal bars; `goal` is a line across them."""
    most = max([*(item.value for item in items), goal or 0.0]) or 1.0
    scale = (WIDTH - LABELS - ROOM_FOR_VALUES) / most
    height = TOP + ROW * len(items) + 10
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(title)}" font-family="sans-serif" font-size="13">',
        f'<text x="0" y="20" font-size="15" fill="{INK}">{escape(title)}</text>',
    ]
    for number, item in enumerate(items):
        parts += _bar(item, TOP + ROW * number, scale, unit)
    if goal is not None:
        x = LABELS + goal * scale
        parts.append(
            f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 8}" y2="{height - 8}" stroke="{LIMIT}" '
            'stroke-dasharray="4 3"/>'
            f'<text x="{x + 4:.1f}" y="{TOP - 10}" font-size="11" fill="{LIMIT}">'
            f"goal {goal:g}</text>"
        )
    return "\n".join([*parts, "</svg>", ""])


def _bar(item: Bar, y: int, scale: float, unit: str) -> list[str]:
    color = OURS if item.ours else PARTNER
    width = max(item.value * scale, 1.0)
    middle = y + BAR - 3
    shown = f"{item.value:,.0f}" if item.value >= 100 else f"{item.value:.2f}"
    return [
        f'<text x="{LABELS - 8}" y="{middle}" text-anchor="end" fill="{INK}">'
        f"{escape(item.label)}</text>",
        f'<rect x="{LABELS}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{color}"/>',
        f'<text x="{LABELS + width + 6:.1f}" y="{middle}" fill="{INK}">'
        f"{shown} {escape(unit)}</text>",
    ]
