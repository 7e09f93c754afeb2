"""The reference documents: event catalogue and state machines.

The catalogue is generated from the contract, the machines from the handlers' MOVES tables.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment

from infra.generate.events import Catalogue, Event
from infra.generate.spec import ROOT, SPECS, SpecError, pointer, resolve
from infra.services.rows import ROWS

SPEC = "asyncapi.yaml"
PLAIN_EXAMPLE = "valid-first.json"
# Where a service's module does not exist yet, `make check-services` reports it.
MACHINES = {
    row.moves: path
    for row in ROWS
    if row.moves and (ROOT / (path := f"handlers/{row.package}/{row.noun}.py")).is_file()
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Move:
    """A move in the diagram: its causes, and the event that announces it (empty: none)."""

    source: str
    target: str
    on: tuple[str, ...]
    announces: str

    @property
    def label(self) -> str:
        return " or ".join(self.on) + (f" / {self.announces}" if self.announces else "")


@dataclass(frozen=True, slots=True)
class Machine:
    title: str
    path: str
    states: tuple[str, ...]
    moves: tuple[Move, ...]

    @property
    def final(self) -> tuple[str, ...]:
        return tuple(s for s in self.states if all(move.source != s for move in self.moves))


def render(templates: Environment, catalogue: Catalogue) -> dict[str, str]:
    return {
        "docs/events/event-catalog.md": templates.get_template("event-catalog.md.jinja").render(
            events=catalogue.events,
            fields={event.type: _fields(catalogue, event) for event in catalogue.events},
            examples={event.type: _example(event) for event in catalogue.events},
        ),
        "docs/state-machines.md": templates.get_template("state-machines.md.jinja").render(
            machines=[_machine(catalogue, title, module) for title, module in MACHINES.items()]
        ),
    }


def _fields(catalogue: Catalogue, event: Event) -> list[Field]:
    schema = catalogue.document["components"]["schemas"][event.schema]
    return [
        Field(
            name,
            pointer(spec["$ref"])[-1] if "$ref" in spec else spec["type"],
            name in schema.get("required", ()),
            _meaning(catalogue.document, spec),
        )
        for name, spec in schema["properties"].items()
    ]


def _meaning(document: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    if "description" not in spec and "$ref" in spec:
        spec = resolve(document, SPEC, spec["$ref"])
    words = " ".join(spec.get("description", "").split())
    allowed = ", ".join(f"`{value}`" for value in spec.get("enum", ()))
    return f"{words} One of {allowed}." if allowed else words


def _example(event: Event) -> str:
    """Return the first valid example of the event."""
    folder = SPECS / "examples" / event.type
    # The plain example comes first; others show what a later version adds.
    valid = sorted(
        folder.glob("valid-*.json"), key=lambda file: (file.name != PLAIN_EXAMPLE, file.name)
    )
    if not valid:
        # A new event without an example is still generated; the contract tests report it.
        return json.dumps({"type": event.type, "source": event.producer}, indent=2)
    try:
        return json.dumps(json.loads(valid[0].read_text("utf-8")), indent=2)
    except ValueError as error:
        raise SpecError(f"examples/{event.type}/{valid[0].name}", "file", f"{error}") from error


def _machine(catalogue: Catalogue, title: str, path: str) -> Machine:
    """Read a machine from the source: importing it would need models not yet generated."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    values = {
        getattr(node.target, "id", ""): node.value
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and node.value is not None
    }
    table = values.get("MOVES")
    if table is None:
        raise SpecError(SPEC, path, "the module has no MOVES table")
    rows = [
        (_text(source), _text(target), values.get(getattr(move, "id", ""), move))
        for source, targets in _items(table)
        for target, move in _items(targets)
    ]
    return Machine(
        title,
        path,
        tuple(_text(source) for source, _ in _items(table)),
        tuple(_move(catalogue, *row) for row in rows),
    )


def _move(catalogue: Catalogue, source: str, target: str, move: ast.expr) -> Move:
    if not isinstance(move, ast.Call):
        raise TypeError(f"MOVES, {source} to {target}: write Move(on=…, announces=…)")
    given = {keyword.arg: keyword.value for keyword in move.keywords}
    causes = given["on"].elts if isinstance(given["on"], ast.Tuple) else []
    announces = given.get("announces")
    return Move(
        source,
        target,
        tuple(_named(catalogue, cause) for cause in causes),
        _named(catalogue, announces) if announces else "",
    )


def _named(catalogue: Catalogue, node: ast.expr) -> str:
    """Return the name of a cause or an announcement: an event by its channel's name."""
    channels = {c.data_class: c.address for event in catalogue.events for c in event.channels}
    if isinstance(node, ast.Constant):
        return str(node.value)
    name = getattr(node, "id", "")
    return channels.get(name, f"the gateway's answer {name}")


def _items(table: ast.expr) -> list[tuple[ast.expr | None, ast.expr]]:
    if not isinstance(table, ast.Dict):
        raise TypeError("MOVES must be a literal table: state to state to Move")
    return list(zip(table.keys, table.values, strict=True))


def _text(state: ast.expr | None) -> str:
    return str(state.value) if isinstance(state, ast.Constant) else "none"
