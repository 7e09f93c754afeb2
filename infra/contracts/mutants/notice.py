"""Which check notices a mutant: those that the gate runs on a contract, cheapest first.

The drift of generated files does not count: it notices every edit, whatever the tests check.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any, Final

from infra.contracts.compat import changes
from infra.contracts.documents import Documents
from infra.contracts.rules import RULES, STOPS, broken
from infra.generate import api, events, models, outputs, spec
from infra.generate.spec import SpecError

GENERATOR: Final = "generator"
BREAKING: Final = "compat: breaks the contract"
UNVERSIONED: Final = "compat: added without a new version"


def noticed_by(mutant: Documents, contract: Documents) -> str | None:
    """Return the first check that notices the mutant, or none.

    `contract` is what the mutant was made of. Compared with a release instead, every mutant would
    be noticed because of what was added since.
    """
    if _generator_refuses(mutant):
        return GENERATOR
    for name, rule in RULES.items():
        if broken(rule, mutant):
            return f"rule: {name}"
    try:
        found = changes(contract, mutant)
    except STOPS:
        return BREAKING
    if any(change.breaking for change in found):
        return BREAKING
    return UNVERSIONED if found else None


def _generator_refuses(contract: Documents) -> bool:
    """Whether `make generate` would fail. Runs only its checks, and makes no models."""
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
    """Make the generator read this contract instead of the files."""

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
