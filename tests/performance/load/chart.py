"""The latencies of a run as a chart: the share of payments that were done within a time."""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Final
from xml.sax.saxutils import escape

from tests.performance.load.figures import PERCENTILES, Figures, percentile

WIDTH, HEIGHT = 760, 300
LEFT, RIGHT, TOP, BOTTOM = 60, 30, 50, 50
MIN_S, MAX_S = 0.01, 100.0
TICKS_S: Final = (0.01, 0.1, 1, 10, 100)
# Readable on a light and on a dark page, and the dashes distinguish them without colour.
LINES: Final = (("accept", "#2f7ed8", "none"), ("complete", "#d9742b", "6 4"))
INK: Final = "#808080"


def chart(phases: Sequence[Figures]) -> str:
    """Return an SVG with one plot per phase, one below the other."""
    plots = [_plot(one, number * HEIGHT) for number, one in enumerate(phases)]
    size = f'width="{WIDTH}" height="{HEIGHT * len(phases)}"'
    box = f'viewBox="0 0 {WIDTH} {HEIGHT * len(phases)}"'
    style = 'font-family="system-ui, sans-serif" font-size="13"'
    title = "Latency from when a payment was due: accepted by the API, and completed"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} {style} role="img">\n'
        f"<title>{title}</title>\n" + "\n".join(plots) + "\n</svg>\n"
    )


def _x(seconds: float) -> float:
    share = (log10(min(max(seconds, MIN_S), MAX_S)) - log10(MIN_S)) / log10(MAX_S / MIN_S)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(share: float, top: int) -> float:
    return top + TOP + (1 - share) * (HEIGHT - TOP - BOTTOM)


def _plot(phase: Figures, top: int) -> str:
    series = (phase.accept_s, phase.complete_s)
    parts = [_text(LEFT, top + 20, f"{phase.name}, {sum(phase.statuses.values())} payments")]
    parts += [_tick(seconds, top) for seconds in TICKS_S]
    parts += [_level(share, top) for share in (0.5, 0.95, 1.0)]
    for number, ((name, colour, dashes), values) in enumerate(zip(LINES, series, strict=True)):
        parts.append(_curve(values, colour, dashes, top))
        latencies = ", ".join(f"p{p} {percentile(values, p):.2f} s" for p in PERCENTILES)
        parts.append(_text(LEFT + 330 * number, top + 40, f"{name}: {latencies}", colour))
    return "\n".join(parts)


def _curve(values: Sequence[float], colour: str, dashes: str, top: int) -> str:
    ordered = sorted(values)
    points = [(_x(v), _y((n + 1) / len(ordered), top)) for n, v in enumerate(ordered)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = f' stroke-dasharray="{dashes}"'
    return f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dash} points="{path}"/>'


def _tick(seconds: float, top: int) -> str:
    x, low = _x(seconds), _y(0, top)
    line = f'<line x1="{x:.1f}" y1="{_y(1, top):.1f}" x2="{x:.1f}" y2="{low:.1f}" '
    line += f'stroke="{INK}" stroke-opacity="0.3"/>'
    return line + _text(x - 14, low + 18, f"{seconds:g} s")


def _level(share: float, top: int) -> str:
    y = _y(share, top)
    line = f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" '
    line += f'stroke="{INK}" stroke-opacity="0.3"/>'
    return line + _text(12, y + 4, f"{share:.0%}")


def _text(x: float, y: float, text: str, colour: str = INK) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}">{escape(text)}</text>'
