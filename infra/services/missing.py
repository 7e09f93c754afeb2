"""What a service lacks: sentences that name the file and what to write there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from infra.services.contract import Duties
from infra.services.project import MENTIONS, Project
from infra.services.rows import ALL_DEAD_LETTER_QUEUES, ServiceRow, Work

ROWS_FILE: Final = "infra/services/rows.py"
SHARED: Final = frozenset({"core", "runtime"})  # folders of handlers/ that are no service
ALWAYS: Final = ("__init__.py", "README.md", "decisions.py")


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that a service lacks: a sentence, and the file in which to fix it."""

    service: str
    path: str
    problem: str
    laid_out: bool = False  # `make service` writes it

    def __str__(self) -> str:
        return f"{self.problem}: {self.remedy}"

    @property
    def remedy(self) -> str:
        """What to do: run the command that lays out a new service, or change a file."""
        if self.laid_out:
            return f"make service NAME={self.service}"
        return "create it" if self.path in self.problem else f"change {self.path}"


def missing(project: Project) -> list[Missing]:
    """Return everything that is missing, in the order in which to write it."""
    rows = {row.name: row for row in project.rows}
    found: list[Missing] = []
    for service in dict.fromkeys([*project.duties, *rows]):
        duties, row = project.duties.get(service, Duties()), rows.get(service)
        if row is None:
            problem = f"{service} is in the contract, but has no row"
            found.append(Missing(service, ROWS_FILE, problem))
        else:
            found += _of_row(row, duties)
        found += _files(project, service, duties, row)
        found += _places(project, service, duties)
    return [*found, *_of_all(project.rows), *_strays(project, rows)]


def _of_all(rows: tuple[ServiceRow, ...]) -> Iterator[Missing]:
    """What one service does for all others, and no operation of the contract asks for."""
    functions = [work for row in rows for work in row.functions]
    if not any(work.role == "stream" for work in functions):
        yield Missing("event-relay", ROWS_FILE, "no service relays the tables' streams")
    if not any(_reads_dead_messages(work) for work in functions):
        yield Missing("error-handler", ROWS_FILE, "no service reads the dead-letter queues")


def _reads_dead_messages(work: Work) -> bool:
    return any(call.on == ALL_DEAD_LETTER_QUEUES for call in work.calls)


def _of_row(row: ServiceRow, duties: Duties) -> Iterator[Missing]:
    """Where the row disagrees with the contract, or with itself."""
    roles = {work.role for work in row.functions}
    streamed = row.store is not None and row.store.streamed
    parks = any(_reads_dead_messages(work) for work in row.functions)
    acts = any(work.actions for work in row.functions)
    wrong = {
        "answers HTTP operations, but its row has no api": duties.answers and "api" not in roles,
        "receives events, but its row has no consumer": duties.receives and "consumer" not in roles,
        "has an api in its row, but no HTTP operation": "api" in roles and not duties.answers,
        "has a consumer in its row, but receives no event": "consumer" in roles
        and not (duties.receives or parks),
        "announces events, but its row has no streamed table": duties.sends and not streamed,
        "has a streamed table in its row, but announces no event": streamed and not duties.sends,
        "has a table, but no function with actions on it": row.store and not acts,
        "has actions on a table, but no table": acts and not row.store,
        "has a table, but no noun": row.store and not row.noun,
    }
    for what, holds in wrong.items():
        if holds:
            yield Missing(row.name, ROWS_FILE, f"{row.name} {what}")


def _files(
    project: Project, service: str, duties: Duties, row: ServiceRow | None
) -> Iterator[Missing]:
    """Files of handlers/<service> that do not exist, with the reason for each."""
    package = service.replace("-", "_")
    reasons = dict.fromkeys(ALWAYS, "is a service")
    if duties.answers:
        reasons["api.py"] = f"answers {duties.answers[0]}"
    if duties.receives:
        reasons["consumer.py"] = "receives events"
    if row:
        for work in row.functions:
            reasons.setdefault(f"{work.role}.py", f"has a function {work.role} in its row")
    if row and row.store:
        reasons["store.py"] = f"owns the table {row.store.name}"
        reasons[f"{row.noun}.py"] = f"owns the table {row.store.name}"
    for name, reason in reasons.items():
        path = f"handlers/{package}/{name}"
        if path not in project.files:
            problem = f"{service} {reason}, but {path} does not exist"
            yield Missing(service, path, problem, _is_new(project, package))


def _is_new(project: Project, package: str) -> bool:
    return not any(path.startswith(f"handlers/{package}/") for path in project.files)


def _places(project: Project, service: str, duties: Duties) -> Iterator[Missing]:
    package = service.replace("-", "_")
    new = _is_new(project, package)
    if package not in project.layers:
        problem = f"the layers of [tool.importlinter] do not list {package}"
        yield Missing(service, "pyproject.toml", problem, new)
    for mention in MENTIONS:
        for name in mention.names(service, duties):
            if (mention.where, name) not in project.mentions:
                laid_out = new and mention.laid_out
                yield Missing(service, mention.where, mention.problem_of(name), laid_out)


def _strays(project: Project, rows: dict[str, ServiceRow]) -> Iterator[Missing]:
    """Folders and rows that belong to no service of the contract."""
    folders = {path.split("/")[1] for path in project.files if path.endswith(".py")}
    known = {name.replace("-", "_") for name in (*rows, *project.duties)} | SHARED
    for folder in sorted(folders - known):
        service = folder.replace("_", "-")
        problem = f"handlers/{folder} exists, but no operation of the contract names {service}"
        yield Missing(service, "specs/", problem)
    for name, row in rows.items():
        if name not in project.duties and all(work.role != "stream" for work in row.functions):
            yield Missing(name, "specs/", f"{name} has a row, but no operation")
