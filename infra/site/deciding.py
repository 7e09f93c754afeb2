"""Where in the code an event is decided about, and where it is announced."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from typing import Final

from infra.generate.events import Event, Reception
from infra.generate.names import snake
from infra.generate.spec import ROOT, SpecError

MEASURE: Final = "measure"  # what metrics-collector makes of every event


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    path: str
    function: str
    line: int


def decided(reception: Reception) -> Place:
    """Return the function that decides what follows. Raises SpecError when there is none."""
    path = f"handlers/{snake(reception.service)}/decisions.py"
    for node in _functions(path):
        if node.name in (reception.channel.handler, MEASURE):
            return Place(path, node.name, node.lineno)
    missing = f"{path} has no function {reception.channel.handler}; write the decision"
    raise SpecError("asyncapi.yaml", reception.channel.address, missing)


def announced(event: Event) -> list[Place]:
    """Return the functions of the producer that make the event, each once."""
    path = f"handlers/{snake(event.producer)}/decisions.py"
    makers = {event.data_class, f"{snake(event.data_class)}_from"}
    return [
        Place(path, function.name, function.lineno)
        for function in _functions(path)
        if any(_calls(node, makers) for node in ast.walk(function))
    ]


def _calls(node: ast.AST, names: set[str]) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names


@cache
def _functions(path: str) -> tuple[ast.FunctionDef, ...]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return tuple(node for node in tree.body if isinstance(node, ast.FunctionDef))
