"""Lay out a new service: its package in the shape of the others, and its first tests.

The contract and the service's row say what the files hold; what is left is judgement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.generate.write import formatted
from infra.services.project import ROOT
from infra.services.rows import ROWS, ServiceRow
from infra.services.shape import Part, Refused, context, part_of

TEMPLATES: Final = Path(__file__).parent / "templates"
# The layer of the services in the import rules: `    "payment_orchestrator | wallet_service",`.
LAYER: Final = re.compile(r'^    "(?P<services>\w+(?: \| \w+)+)",$', re.MULTILINE)


def laid_out(name: str, rows: tuple[ServiceRow, ...] = ROWS) -> dict[str, str]:
    """Return path → text of each file of a new service.

    Raises Refused when the contract or the rows do not have it, and SpecError.
    """
    part = part_of(name)
    row = next((row for row in rows if row.name == name), None)
    if row is None:
        raise Refused(
            f"{name} has no row. Add one to ROWS in infra/services/rows.py, such as:\n\n"
            f"{_row(part)}"
        )
    values, templates = context(part, row), _templates()
    files = {
        path: templates.get_template(template).render(values)
        for path, template in _paths(part, row).items()
    }
    return formatted(files, ROOT / "pyproject.toml")


def create(name: str, root: Path = ROOT) -> list[str]:
    """Write the files of a new service and its layer; return what was written.

    Raises Refused, also when one of the files exists: then nothing is written.
    """
    files = laid_out(name)
    existing = [path for path in files if (root / path).exists()]
    if existing:
        raise Refused(f"Nothing was written, because these exist: {', '.join(existing)}.")
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8")
    rules = root / "pyproject.toml"
    before = rules.read_text("utf-8")
    after = with_layer(before, name.replace("-", "_"))
    rules.write_text(after, "utf-8")
    return [*files, *(["pyproject.toml"] if after != before else [])]


def with_layer(pyproject: str, package: str) -> str:
    """Return the import rules with the package among the services."""

    def added(found: re.Match[str]) -> str:
        services = found["services"]
        known = package in services.split(" | ")
        return found[0] if known else f'    "{services} | {package}",'

    return LAYER.sub(added, pyproject, count=1)


def _paths(part: Part, row: ServiceRow) -> Mapping[str, str]:
    """Path of each file → its template."""
    modules = {"__init__.py": "__init__", "README.md": "README"}
    modules |= {"decisions.py": "decisions", f"{row.noun}.py": "noun", "store.py": "store"}
    if part.receptions:
        modules["consumer.py"] = "consumer"
    if part.operations:
        modules["api.py"] = "api"
    paths = {
        f"handlers/{row.package}/{name}": f"{template}{Path(name).suffix}.jinja"
        for name, template in modules.items()
    }
    return {**paths, f"tests/decisions/test_{row.noun}.py": "test_noun.py.jinja"}


def _row(part: Part) -> str:
    """Return a row to begin with, named after what the service announces."""
    words = part.sends[0].type.split(".") if part.sends else part.name.split("-")
    values: dict[str, Any] = {
        "name": part.name,
        "noun": words[0],
        "key": next(
            (p.field for o in part.operations for p in o.parameters if p.location == "path"),
            "payment_id",
        ),
        "sends": part.sends,
        "answers": part.operations,
        "receives": part.receptions,
    }
    return _templates().get_template("row.py.jinja").render(values)


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Python and Markdown, not HTML
    )
