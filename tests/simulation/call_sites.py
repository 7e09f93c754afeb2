"""Where the handlers' source calls AWS or the gateway, and which faults a sweep raised there."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final

from botocore import xform_name
from botocore.session import get_session

from handlers.runtime.aws import SERVICES
from tests.simulation.cloud.errors import NotInFakeError
from tests.simulation.faults import CALL

ROOT: Final = Path(__file__).parents[2]
HANDLERS: Final = ROOT / "handlers"
HANDLERS_PREFIX: Final = str(HANDLERS)
# These call AWS too, though not under an operation's name.
ITERATORS: Final = ("get_paginator", "get_waiter")
GATEWAY_METHOD: Final = ("_pool", "request")


@cache
def methods() -> dict[str, str]:
    """Return the operation of each method of the botocore clients that handlers may use."""
    session = get_session()
    models = [session.get_service_model(service) for service in sorted(SERVICES)]
    operations = {xform_name(name): name for model in models for name in model.operation_names}
    return operations | {name: name for name in ITERATORS}


@dataclass(frozen=True, slots=True, order=True)
class CallSite:
    """One call in the source. `operation` is AWS's, or `gateway`."""

    path: str
    line: int
    end_line: int
    operation: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line} {self.operation}"


def call_sites() -> list[CallSite]:
    """Return every call site in the source of the handlers."""
    return sorted(
        site for path in HANDLERS.rglob("*.py") for site in in_source(path, path.read_text())
    )


def in_source(path: Path, source: str) -> Iterator[CallSite]:
    """Yield the sites of a file. A method passed as a value is one too, which no call reaches."""
    tree = ast.parse(source)
    calls = {node.func: node for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (operation := _operation(node)):
            whole = calls.get(node, node)
            name = str(path.relative_to(ROOT))
            yield CallSite(name, whole.lineno, whole.end_lineno or whole.lineno, operation)


def _operation(node: ast.Attribute) -> str | None:
    match node.value:
        case ast.Name("self"):  # a method of the class; clients are its attributes
            return None
        case ast.Attribute(attr=owner) if (owner, node.attr) == GATEWAY_METHOD:
            return "gateway"
        case _:
            return methods().get(node.attr)


@cache
def _lines() -> frozenset[tuple[str, int]]:
    """Return every line of every site."""
    return frozenset(
        (site.path, line) for site in call_sites() for line in range(site.line, site.end_line + 1)
    )


@cache
def _relative(file: str) -> str:
    return str(Path(file).relative_to(ROOT))


@dataclass(slots=True)
class Trace:
    """Where calls came from: (file, line) → kinds of fault raised there (empty: none)."""

    kinds: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    possible: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def note(self, kind: str, possible: tuple[str, ...]) -> None:
        """Record the place that makes this call. Raises NotInFakeError for an unknown place."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(HANDLERS_PREFIX):
            frame = frame.f_back
        if frame is None:
            return
        place = (_relative(frame.f_code.co_filename), frame.f_lineno)
        if place not in _lines():
            raise NotInFakeError(f"a call from {place}, where call_sites() finds none")
        self.kinds.setdefault(place, set()).add(kind)
        self.possible.setdefault(place, set()).update(possible)

    def missing(self, site: CallSite) -> set[str]:
        """Return the kinds of fault that a call site has not met, or that nothing reached it."""
        lines = range(site.line, site.end_line + 1)
        met = set().union(*(self.kinds.get((site.path, line), set()) for line in lines))
        possible = set().union(*(self.possible.get((site.path, line), set()) for line in lines))
        if met:
            return possible - met
        known = site.operation in CALL or site.operation == "gateway"
        return {
            "never reached" if known else "unknown: add its faults, and the operation to the fake"
        }
