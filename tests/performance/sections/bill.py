"""Calls and cost: what each path uses, times the dated prices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tests.performance.bill import cost
from tests.performance.bill.alternatives import alternatives, floor
from tests.performance.bill.observed import Use
from tests.performance.bill.paths import PATHS, used
from tests.performance.bill.prices import Prices, prices
from tests.performance.chart import Bar, bars
from tests.performance.figures import Figure
from tests.performance.sections.result import Result, Step

COST_MAX: Final = 20
UNITS_MAX: Final = 16
UNIT: Final = "$/million"


def run(step: Step) -> Result:
    current, uses = prices(), {}
    for path in PATHS:
        uses[path] = used(path)
        step()
    figures = [*_calls(uses["completed"]), *_costs(uses, current)]
    return Result(figures, _charts(uses["completed"], current))


def _calls(completed: Mapping[str, Use]) -> list[Figure]:
    writes = sum(use.write_units for use in completed.values())
    reads = sum(use.read_units for use in completed.values())
    return [
        Figure("calls", "write units of a completed payment", writes, at_most=UNITS_MAX),
        Figure("calls", "read units of a completed payment", reads),
    ]


def _costs(uses: Mapping[str, Mapping[str, Use]], current: Prices) -> list[Figure]:
    totals = {path: cost.total(cost.bill(use, current, "busy")) for path, use in uses.items()}
    alone = cost.total(cost.bill(uses["completed"], current, "alone"))
    by_design = floor(uses["completed"], current)
    rest = [path for path in PATHS if path != "completed"]
    return [
        Figure("cost", "completed, full batches", totals["completed"], UNIT, at_most=COST_MAX),
        Figure("cost", "completed, every batch alone", alone, UNIT),
        Figure("cost", "of it by design, before any code runs", by_design, UNIT),
        *(Figure("cost", f"{path}, full batches", totals[path], UNIT) for path in rest),
    ]


def _charts(completed: Mapping[str, Use], current: Prices) -> dict[str, str]:
    bills = cost.bill(completed, current, "busy")
    services = [Bar(name, price) for name, price in cost.by_service(bills).items()]
    functions = [Bar(name, sum(bill.values())) for name, bill in bills.items()]
    others = [
        Bar(name, price, name == "this system")
        for name, price in alternatives(completed, current).items()
    ]
    title = "Dollars per million completed payments"
    return {
        "cost.svg": bars(f"{title}, by service of AWS", "$", services),
        "cost-by-function.svg": bars(f"{title}, by function", "$", functions),
        "alternatives.svg": bars(f"{title}, built otherwise", "$", others),
    }
