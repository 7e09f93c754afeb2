"""The reference documents: the event catalogue from the contract, the state machines from the
handlers' MOVES tables.
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

SPEC = "asyncapi.yaml"
MACHINES = {
    "Payment": "handlers/payment_orchestrator/payment.py",
    "Reservation": "handlers/wallet_service/wallet.py",
    "Charge": "handlers/gateway_processor/charge.py",
    "Failed event": "handlers/error_handler/failed_event.py",
}


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Machine:
    title: str
    path: str
    moves: Mapping[str, tuple[str, ...]]

    @property
    def final(self) -> tuple[str, ...]:
        return tuple(state for state, targets in self.moves.items() if not targets)


def render(templates: Environment, catalogue: Catalogue) -> dict[str, str]:
    return {
        "docs/events/event-catalog.md": templates.get_template("event-catalog.md.jinja").render(
            events=catalogue.events,
            fields={event.type: _fields(catalogue, event) for event in catalogue.events},
            examples={event.type: _example(event) for event in catalogue.events},
        ),
        "docs/state-machines.md": templates.get_template("state-machines.md.jinja").render(
            machines=[_machine(title, module) for title, module in MACHINES.items()]
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
    """The first valid example of the event, which the catalogue shows."""
    folder = SPECS / "examples" / event.type
    valid = sorted(folder.glob("valid-*.json"))
    if not valid:
        # A new event without an example is still generated; the contract tests then name it.
        return json.dumps({"type": event.type, "source": event.producer}, indent=2)
    try:
        return json.dumps(json.loads(valid[0].read_text("utf-8")), indent=2)
    except ValueError as error:
        raise SpecError(f"examples/{event.type}/{valid[0].name}", "file", f"{error}") from error


def _machine(title: str, path: str) -> Machine:
    """Read from the source text: importing a handler would need the models that are being made."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "MOVES":
            return Machine(title, path, _moves(node.value))
    raise SpecError(SPEC, path, "the module has no MOVES table")


def _moves(table: ast.expr | None) -> dict[str, tuple[str, ...]]:
    if not isinstance(table, ast.Dict):
        raise TypeError("MOVES must be a literal table: state to a set of states")
    moves: dict[str, tuple[str, ...]] = {}
    for key, value in zip(table.keys, table.values, strict=True):
        source = str(key.value) if isinstance(key, ast.Constant) else "none"
        targets = value.elts if isinstance(value, ast.Set) else []
        moves[source] = tuple(sorted(str(ast.literal_eval(target)) for target in targets))
    return moves
