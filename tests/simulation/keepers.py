"""Services that keep something of a payment, and have no check of their own: what holds for all.

Their table, their moves and the events that announce them follow from the rows and MOVES.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from handlers.core.moves import Moves
from infra.services.rows import ROWS, ServiceRow
from tests.simulation.cloud.stack import named

# Tables whose items have a check of their own, in checks.py.
CHECKED: Final = frozenset({"payments", "wallets", "charges", "failed-events"})

KEEPERS: Final = tuple(row for row in ROWS if row.store and row.store.name not in CHECKED)
# What each table holds.
THINGS: Final = {named(row.store.name): str(row.noun) for row in KEEPERS if row.store}
TABLES: Final = {thing: table for table, thing in THINGS.items()}


def moves(row: ServiceRow) -> Moves:
    """Return the table of moves of a service."""
    found: Moves = import_module(f"handlers.{row.package}.{row.noun}").MOVES
    return found


def events(row: ServiceRow) -> Mapping[str, str | None]:
    """Return the event that announces each state (none: it is not announced)."""
    sends = import_module(f"generated.services.{row.package}")
    names = getattr(sends, f"{row.package.upper()}_SENDS")
    return {
        target: names.get(move.announces)
        for targets in moves(row).values()
        for target, move in targets.items()
    }
