"""What exists of each service, as plain values: the check itself reads no file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from infra.services.contract import Duties, read_duties
from infra.services.rows import ROWS, ServiceRow

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place that is written by hand and names every service, receiver, or queue of one.

    `text` is how it names one: {name}, or {package} as the folder is called.
    """

    where: str  # a glob of files
    text: str
    problem: str  # what is wrong when no file has the text
    each: Literal["service", "receiver", "queue"] = "service"
    laid_out: bool = False  # `make service` writes it

    def names(self, service: str, duties: Duties) -> tuple[str, ...]:
        """What of this service is named there."""
        match self.each:
            case "service":
                return (service,)
            case "receiver":
                return (service,) if duties.receives else ()
            case "queue":
                return duties.queues

    def text_of(self, name: str) -> str:
        return self.text.format(name=name, package=name.replace("-", "_"))

    def problem_of(self, name: str) -> str:
        return self.problem.format(name=name, package=name.replace("-", "_"))


MENTIONS: Final = (
    Mention(
        "tests/**/test_*.py",
        "pytest.mark.{package}",
        "no test is marked pytest.mark.{package}, so make test-{name} runs nothing",
        laid_out=True,
    ),
    Mention(
        "tests/simulation/planted*.py",
        "handlers.{package}",
        "no bug is planted in handlers/{package}, so nothing shows that the simulation would "
        "find one",
    ),
    Mention(
        "tests/simulation/messages.py",
        '"{name}"',
        "DONE does not say what is true once a message of {name} is acknowledged",
        each="queue",
    ),
    Mention(
        "tests/contracts/histories.py",
        '"{name}": Machine(',
        "MACHINES has no histories of {name}: what it may have received before each event",
        each="receiver",
    ),
    Mention(
        "docs/architecture/service-design.md",
        "handlers/{package}/README.md",
        "the table of services does not list {name}",
    ),
)


@dataclass(frozen=True, slots=True)
class Project:
    """The contract's services, and what exists for them."""

    duties: Mapping[str, Duties]
    rows: tuple[ServiceRow, ...]
    files: frozenset[str]  # below handlers/, from the root
    layers: frozenset[str]  # packages that the import rules know
    mentions: frozenset[tuple[str, str]]  # a place and the service or queue that it names


def read_project(root: Path = ROOT) -> Project:
    """Return the project as it is. Raises SpecError when specs/ cannot be read."""
    duties = read_duties()
    services = {**{row.name: Duties() for row in ROWS}, **duties}
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


def _mentions(root: Path, services: Mapping[str, Duties]) -> Iterator[tuple[str, str]]:
    for mention in MENTIONS:
        text = "\n".join(path.read_text("utf-8") for path in root.glob(mention.where))
        for service, duties in services.items():
            for name in mention.names(service, duties):
                if mention.text_of(name) in text:
                    yield mention.where, name
