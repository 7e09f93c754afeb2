"""The places in the handlers' source where they call AWS or the gateway, and which of them a sweep
has reached with which faults.
"""

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

ROOT: Final = Path(__file__).parents[2]
HANDLERS: Final = ROOT / "handlers"
HANDLERS_PREFIX: Final = str(HANDLERS)
SERVICES: Final = ("dynamodb", "sqs", "events", "secretsmanager")
GATEWAY_METHOD: Final = ("_pool", "request")


@cache
def methods() -> dict[str, str]:
    """Method of a botocore client → operation, of every service that a handler may use."""
    models = (get_session().get_service_model(service) for service in SERVICES)
    return {xform_name(name): name for model in models for name in model.operation_names}


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
    """Every one, read from the source."""
    return sorted(
        site for path in HANDLERS.rglob("*.py") for site in in_source(path, path.read_text())
    )


def in_source(path: Path, source: str) -> Iterator[CallSite]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        operation = methods().get(node.func.attr)
        owner = node.func.value
        if node.func.attr == GATEWAY_METHOD[1] and isinstance(owner, ast.Attribute):
            operation = "gateway" if owner.attr == GATEWAY_METHOD[0] else operation
        if operation:
            name = str(path.relative_to(ROOT))
            yield CallSite(name, node.lineno, node.end_lineno or node.lineno, operation)


@cache
def _relative(file: str) -> str:
    return str(Path(file).relative_to(ROOT))


@dataclass(slots=True)
class Trace:
    """Where calls came from: (file, line) → kinds of fault that they met (`` for none)."""

    kinds: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    possible: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def note(self, kind: str, possible: tuple[str, ...]) -> None:
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and not frame.f_code.co_filename.startswith(HANDLERS_PREFIX):
            frame = frame.f_back
        if frame is None:
            return
        place = (_relative(frame.f_code.co_filename), frame.f_lineno)
        self.kinds.setdefault(place, set()).add(kind)
        self.possible.setdefault(place, set()).update(possible)

    def missing(self, site: CallSite) -> set[str]:
        """Kinds of fault that a call site has not met; `never reached` when it was not."""
        lines = range(site.line, site.end_line + 1)
        met = set().union(*(self.kinds.get((site.path, line), set()) for line in lines))
        possible = set().union(*(self.possible.get((site.path, line), set()) for line in lines))
        return (possible - met) if met else {"never reached"}
