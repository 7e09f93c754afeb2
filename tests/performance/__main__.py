"""`python -m tests.performance`: the bench. Prints goals beside figures, and draws the charts.

Milliseconds are noise on a shared machine: everything is a count, or a ratio of things that ran in
the same rounds. Exits with 1 when a goal is missed, unless the reason is known (KNOWN).
"""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.builders import ENVIRONMENT

os.environ.update(ENVIRONMENT)

from tests.performance.figures import Figure, markdown, rows
from tests.performance.sections.all import SECTIONS
from tests.performance.sections.result import Section

ROOT: Final = Path(__file__).resolve().parents[2]
CHARTS: Final = ROOT / "docs" / "performance"
PAGE: Final = ROOT / "docs" / "performance.md"
BEGIN: Final = "<!-- figures: written by make bench -->"
END: Final = "<!-- end of figures -->"
# docs/performance.md says why.
KNOWN: Final = frozenset(
    {
        "wall, worst function, to documented",
        "CPU, worst function, to documented",
        "completed, full batches",
    }
)
COLORS: Final = {"met": "green", "missed": "red", "": ""}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.performance", description=__doc__)
    names = [section.name for section in SECTIONS]
    parser.add_argument("--only", choices=names, action="append", help="this part; repeatable")
    parser.add_argument("--write", action="store_true", help="charts and table into docs/")
    arguments = parser.parse_args()
    chosen = [s for s in SECTIONS if not arguments.only or s.name in arguments.only]
    console = Console()
    figures = measured(chosen, console, write=arguments.write)
    console.print(table(figures))
    if arguments.write and not arguments.only:
        write_page(figures)
    return 1 if any(f.met is False and f.name not in KNOWN for f in figures) else 0


def measured(sections: list[Section], console: Console, *, write: bool) -> list[Figure]:
    figures: list[Figure] = []
    columns = (TextColumn("{task.description:12}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks = {s.name: progress.add_task(s.name, total=s.steps, start=False) for s in sections}
        for section in sections:
            task = tasks[section.name]
            progress.start_task(task)
            result = section.run(partial(progress.advance, task))
            progress.update(task, completed=section.steps)
            figures += result.figures
            if write:
                CHARTS.mkdir(exist_ok=True)
                for name, svg in result.charts.items():
                    (CHARTS / name).write_text(svg)
    return figures


def table(figures: list[Figure]) -> Table:
    shown = Table("", "what", "figure", "goal", "")
    for section, name, figure, goal, met in rows(figures):
        color = COLORS[met]
        shown.add_row(section, name, figure, goal, f"[{color}]{met}[/{color}]" if color else "")
    return shown


def write_page(figures: list[Figure]) -> None:
    page = PAGE.read_text()
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{markdown(figures)}\n\n{END}{after}")


if __name__ == "__main__":
    sys.exit(main())
