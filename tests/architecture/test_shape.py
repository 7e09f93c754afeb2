"""Who knows one service knows all: the same files, the same functions, moves with their causes.

`python -m infra.services` already asks for the folder, the README and the modules of each service.
"""

from __future__ import annotations

import ast
from importlib import import_module
from itertools import chain
from typing import Final

import pytest

from generated.catalogue import EVENTS, OPERATIONS
from generated.contract import Consumer
from handlers.core.moves import Move, Moves
from infra.services.project import ROOT
from infra.services.rows import ROWS, ServiceRow, Work
from infra.services.shape import part_of

# What an entry point keeps between invocations.
KEPT: Final = {"api": "server", "consumer": "consumer", "stream": "consumer"}
ENTRY_POINTS: Final = [(row, work) for row in ROWS for work in row.functions]
QUEUED: Final = [
    consumer
    for event in EVENTS.values()
    for consumer in event.consumers
    if consumer.delivery == "queue"
]
ANNOUNCING: Final = [row for row in ROWS if any(e.producer == row.name for e in EVENTS.values())]

each_entry_point = pytest.mark.parametrize(
    ("row", "work"),
    ENTRY_POINTS,
    ids=lambda part: part.name if isinstance(part, ServiceRow) else part.role,
)


def names(row: ServiceRow, module: str) -> dict[str, ast.stmt]:
    """The functions, classes and constants that a module of a service defines."""
    text = (ROOT / f"handlers/{row.package}/{module}.py").read_text("utf-8")
    found: dict[str, ast.stmt] = {}
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def tables_of_moves(row: ServiceRow) -> dict[str, Moves]:
    """Name → table of moves, of all that the noun's module has."""
    module = import_module(f"handlers.{row.package}.{row.noun}")
    return {name: getattr(module, name) for name in names(row, str(row.noun)) if "MOVES" in name}


def moves(row: ServiceRow) -> list[Move]:
    tables = tables_of_moves(row).values()
    return [move for table in tables for targets in table.values() for move in targets.values()]


@each_entry_point
def test_an_entry_point_builds_what_it_keeps_and_has_a_handler(row: ServiceRow, work: Work) -> None:
    defined = names(row, work.role)

    assert {"build", "handler", KEPT[work.role]} <= defined.keys()
    handler = defined["handler"]
    assert isinstance(handler, ast.FunctionDef)
    assert [argument.arg for argument in handler.args.args][1:] == ["_context"]


@each_entry_point
def test_an_entry_point_reacts_to_messages_or_has_the_operations_of_its_contract(
    row: ServiceRow, work: Work
) -> None:
    defined = names(row, work.role)

    assert ("Api" if work.role == "api" else "react") in defined


@pytest.mark.parametrize("row", [row for row in ROWS if row.moves], ids=lambda row: row.name)
def test_a_service_that_has_moves_decides(row: ServiceRow) -> None:
    assert "decide" in names(row, "decisions")


@pytest.mark.parametrize("consumer", QUEUED, ids=lambda consumer: consumer.queue)
def test_a_received_event_causes_a_move_or_repeats_an_announcement(consumer: Consumer) -> None:
    """A delayed copy may cause no move: its decision announces again what was announced before."""
    row = next(row for row in ROWS if row.name == consumer.service)
    (reception,) = (
        r for r in part_of(row.name).receptions if r.channel.address == consumer.channel
    )
    causes = {cause for move in moves(row) for cause in move.on if not isinstance(cause, str)}

    caused = reception.channel.data_class in {cause.__name__ for cause in causes}

    assert caused or (consumer.delayed and repeats(row, reception.channel.handler))


def repeats(row: ServiceRow, decision: str) -> bool:
    """Whether a decision returns `again(…)`."""
    calls = (n for n in ast.walk(names(row, "decisions")[decision]) if isinstance(n, ast.Call))
    return any(isinstance(call.func, ast.Name) and call.func.id == "again" for call in calls)


@pytest.mark.parametrize("row", ANNOUNCING, ids=lambda row: row.name)
def test_moves_announce_every_event_of_the_service_and_no_other(row: ServiceRow) -> None:
    announced = {move.announces.__name__ for move in moves(row) if move.announces}

    assert announced == {event.data_class for event in part_of(row.name).sends}


def test_causes_that_are_no_events_are_operations_or_dead_letters() -> None:
    named = set(chain.from_iterable(move.on for row in ROWS if row.noun for move in moves(row)))
    operations = {operation.operation_id for operation in OPERATIONS.values()}

    assert {cause for cause in named if isinstance(cause, str)} - operations == {"dead letter"}
