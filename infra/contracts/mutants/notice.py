"""Who notices a mutant: what the gate runs on a contract, cheapest first, in this process.

Drift of generated files is not asked: it notices every edit, so it says nothing about the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Final

from infra.contracts.compat import changes
from infra.contracts.documents import RELEASED, Documents, read, releases
from infra.contracts.gate import version_of
from infra.contracts.rules import RULES, STOPS, broken
from infra.generate import api, events, models, outputs, spec
from infra.generate.spec import SpecError

GENERATOR: Final = "generator"
BREAKING: Final = "compat: breaks the released contract"
UNVERSIONED: Final = "compat: added without a new version"


def noticed_by(contract: Documents, released: Documents) -> str | None:
    """The first that notices; nobody: none."""
    if _generator_refuses(contract):
        return GENERATOR
    for name, rule in RULES.items():
        if broken(rule, contract):
            return f"rule: {name}"
    try:
        found = changes(released, contract)
    except STOPS:
        return BREAKING
    if any(change.breaking for change in found):
        return BREAKING
    return UNVERSIONED if found or version_of(contract) != version_of(released) else None


def newest() -> Documents:
    """The newest release; without one, the working contract stands for it."""
    known = releases()
    return read(RELEASED / known[-1]) if known else read()


def _generator_refuses(contract: Documents) -> bool:
    """Whether `make generate` would stop. Only what can refuse runs, not the making of models."""
    with reading(contract):
        try:
            events.read_catalogue()
            operations = api.read_operations()
            for service in {operation.service for operation in operations}:
                api.service_schemas(tuple(o for o in operations if o.service == service))
            api.project()
        except (SpecError, *STOPS):
            return True
    return False


@contextmanager
def reading(contract: Documents) -> Iterator[None]:
    """The generator reads this contract in place of the files."""

    def load(name: str) -> Any:
        return deepcopy(contract.by_name[name])

    modules = [m for m in (api, events, models, outputs, spec) if hasattr(m, "load")]
    before = {module: module.load for module in modules}
    for module in modules:
        setattr(module, "load", load)  # noqa: B010 - mypy would not let a module be changed
    try:
        yield
    finally:
        for module, real in before.items():
            setattr(module, "load", real)  # noqa: B010
