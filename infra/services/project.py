"""What exists of each service, as plain values: the check itself reads no file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.services.contract import Duties, read_duties
from infra.services.rows import ROWS, ServiceRow

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that is written by hand and names every service, or every one with such duties."""

    where: str  # a glob of files
    text: str  # how it names a service: {service}, or {package} as its folder is called
    problem: str  # what is wrong when no file has the text
    receivers_only: bool = False


MENTIONS: Final = (
    Mention(
        "tests/**/test_*.py",
        "pytest.mark.{package}",
        "no test is marked pytest.mark.{package}, so make test-{service} runs nothing",
    ),
    Mention(
        "tests/simulation/planted*.py",
        "handlers.{package}",
        "no bug is planted in handlers/{package}, so nothing shows that the simulation would "
        "find one",
    ),
    Mention(
        "tests/contracts/histories.py",
        '"{service}": Machine(',
        "MACHINES has no histories of {service}: what it may have received before each event",
        receivers_only=True,
    ),
    Mention(
        "docs/architecture/service-design.md",
        "handlers/{package}/README.md",
        "the table of services does not list {service}",
    ),
)


@dataclass(frozen=True, slots=True)
class Project:
    """The contract's services, and what exists for them."""

    duties: Mapping[str, Duties]
    rows: tuple[ServiceRow, ...]
    files: frozenset[str]  # below handlers/, from the root
    layers: frozenset[str]  # packages that the import rules know
    mentions: frozenset[tuple[str, str]]  # a place and the service that it names


def read_project(root: Path = ROOT) -> Project:
    """Return the project as it is. Raises SpecError when specs/ cannot be read."""
    duties = read_duties()
    services = {*duties, *(row.name for row in ROWS)}
    return Project(
        duties=duties,
        rows=ROWS,
        files=frozenset(
            str(path.relative_to(root))
            for path in (root / "handlers").glob("*/*")
            if path.is_file()
        ),
        layers=frozenset(_layers(tomllib.loads((root / "pyproject.toml").read_text("utf-8")))),
        mentions=frozenset(_mentions(root, services)),
    )


def _layers(pyproject: Mapping[str, Any]) -> Iterator[str]:
    for contract in pyproject["tool"]["importlinter"]["contracts"]:
        if contract.get("containers") == ["handlers"]:
            for layer in contract["layers"]:
                yield from (package.strip(" ()") for package in layer.split("|"))


def _mentions(root: Path, services: set[str]) -> Iterator[tuple[str, str]]:
    for mention in MENTIONS:
        text = "\n".join(path.read_text("utf-8") for path in root.glob(mention.where))
        for service in services:
            if mention.text.format(service=service, package=service.replace("-", "_")) in text:
                yield mention.where, service
