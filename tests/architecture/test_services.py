"""What a service lacks is named as a sentence, and so is whatever is taken away from one."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Final

import pytest

from infra.services.contract import Duties
from infra.services.missing import missing
from infra.services.project import MENTIONS, ROOT, Project, read_project
from infra.services.rows import ROWS, ServiceRow, Store, Work

PROJECT: Final = read_project()
NEW: Final = "example-service"
PACKAGE: Final = "example_service"
RECEIPTS: Final = Store("receipts", ("receipt_id",))
RECEIVES: Final = Duties(
    receives=(f"{NEW}.receives.payment.completed",), queues=(f"{NEW}--payment-completed",)
)


BEFORE: Final = [str(one) for one in missing(PROJECT)]


def sentences(project: Project) -> list[str]:
    """What is missing here and not in the project as it is."""
    return [str(one) for one in missing(project) if str(one) not in BEFORE]


def with_new_service(duties: Duties = RECEIVES, *rows: ServiceRow) -> Project:
    return replace(PROJECT, duties={**PROJECT.duties, NEW: duties}, rows=(*ROWS, *rows))


def row_of(service: str) -> ServiceRow:
    return next(row for row in ROWS if row.name == service)


def test_nothing_is_missing() -> None:
    assert BEFORE == []


def test_a_service_that_is_only_in_the_contract_gets_a_list_of_all_that_it_lacks() -> None:
    found = sentences(with_new_service())

    assert found == [
        "example-service is in the contract, but has no row: change infra/services/rows.py",
        *(
            f"example-service is a service, but handlers/example_service/{name} does not exist: "
            "make service NAME=example-service"
            for name in ("__init__.py", "README.md", "decisions.py")
        ),
        "example-service receives events, but handlers/example_service/consumer.py does not exist: "
        "make service NAME=example-service",
        "the layers of [tool.importlinter] do not list example_service: "
        "make service NAME=example-service",
        # Written so that this file does not itself mention the marker.
        f"no test is marked pytest.mark.{PACKAGE}, so make test-example-service runs nothing: "
        "make service NAME=example-service",
        "no bug is planted in handlers/example_service, so nothing shows that the simulation would "
        "find one: change tests/simulation/planted*.py",
        "DONE does not say what is true once a message of example-service--payment-completed is "
        "acknowledged: change tests/simulation/messages.py",
        "MACHINES has no histories of example-service: what it may have received before each "
        "event: change tests/contracts/histories.py",
        "the table of services does not list example-service: "
        "change docs/architecture/service-design.md",
    ]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_that_is_taken_away_is_named(row: ServiceRow) -> None:
    without = replace(PROJECT, rows=tuple(one for one in ROWS if one is not row))

    assert [one for one in sentences(without) if row.name in one or row.package in one]


@pytest.mark.parametrize("row", [row for row in ROWS if row.store], ids=lambda row: row.name)
def test_a_table_that_is_taken_away_is_named(row: ServiceRow) -> None:
    without = replace(row, store=None)

    found = sentences(replace(PROJECT, rows=tuple(without if one is row else one for one in ROWS)))

    problem = f"{row.name} has actions on a table, but no table"
    assert f"{problem}: change infra/services/rows.py" in found


FUNCTIONS: Final = [(row, work) for row in ROWS for work in row.functions]


@pytest.mark.parametrize(
    ("row", "work"),
    FUNCTIONS,
    ids=lambda part: part.name if isinstance(part, ServiceRow) else part.role,
)
def test_a_function_that_is_taken_away_is_named(row: ServiceRow, work: Work) -> None:
    rest = replace(row, functions=tuple(one for one in row.functions if one is not work))

    found = sentences(replace(PROJECT, rows=tuple(rest if one is row else one for one in ROWS)))

    assert any(f"no {work.role}" in one or "no service" in one for one in found)


@pytest.mark.parametrize("package", sorted(PROJECT.layers - {"core", "runtime"}))
def test_a_layer_that_is_taken_away_is_named(package: str) -> None:
    assert sentences(replace(PROJECT, layers=PROJECT.layers - {package})) == [
        f"the layers of [tool.importlinter] do not list {package}: change pyproject.toml"
    ]


WANTED: Final = [
    (mention.where, name)
    for mention in MENTIONS
    for service, duties in PROJECT.duties.items()
    for name in mention.names(service, duties)
]


@pytest.mark.parametrize("mention", WANTED, ids=str)
def test_a_marker_a_planted_bug_or_another_mention_that_is_taken_away_is_named(
    mention: tuple[str, str],
) -> None:
    where, name = mention

    (found,) = sentences(replace(PROJECT, mentions=PROJECT.mentions - {mention}))

    assert name in found or name.replace("-", "_") in found
    assert found.endswith(f": change {where}")


@pytest.mark.parametrize(
    "path",
    sorted(
        path
        for path in PROJECT.files
        for row in ROWS
        if path.startswith(f"handlers/{row.package}/")
        and path.rpartition("/")[2]
        in {"__init__.py", "README.md", "decisions.py", "store.py", f"{row.noun}.py"}
        | {f"{work.role}.py" for work in row.functions}
    ),
)
def test_a_file_that_is_taken_away_is_named(path: str) -> None:
    (found,) = sentences(replace(PROJECT, files=PROJECT.files - {path}))

    assert found.endswith(f"but {path} does not exist: create it")


def test_a_folder_that_belongs_to_no_service_is_named() -> None:
    files = PROJECT.files | {"handlers/example_service/consumer.py"}

    assert sentences(replace(PROJECT, files=files)) == [
        "handlers/example_service exists, but no operation of the contract names example-service: "
        "change specs/"
    ]


@pytest.mark.parametrize(
    ("duties", "row", "problem"),
    [
        (RECEIVES, ServiceRow(NEW, (Work("api"),)), "receives events, but its row has no consumer"),
        (RECEIVES, ServiceRow(NEW, (Work("api"),)), "has an api in its row, but no HTTP operation"),
        (Duties(answers=("a",)), ServiceRow(NEW, (Work("consumer"),)), "but its row has no api"),
        (
            Duties(sends=("s",)),
            ServiceRow(NEW, (Work("consumer"),)),
            "announces events, but its row has no streamed table",
        ),
        (
            RECEIVES,
            ServiceRow(NEW, (Work("consumer", ("PutItem",)),), "receipt", store=RECEIPTS),
            "has a streamed table in its row, but announces no event",
        ),
        (
            RECEIVES,
            ServiceRow(NEW, (Work("consumer"),), "receipt", store=RECEIPTS),
            "has a table, but no function with actions on it",
        ),
        (
            RECEIVES,
            ServiceRow(NEW, (Work("consumer", ("PutItem",)),), store=RECEIPTS),
            "has a table, but no noun",
        ),
        (Duties(), ServiceRow(NEW, (Work("consumer"),)), "has a row, but no operation"),
    ],
)
def test_a_row_that_disagrees_with_the_contract_is_named(
    duties: Duties, row: ServiceRow, problem: str
) -> None:
    project = with_new_service(duties, row)
    if duties == Duties():
        project = replace(project, duties=PROJECT.duties)

    assert [one for one in sentences(project) if problem in one and NEW in one]


def test_the_command_names_nothing_when_nothing_is_missing() -> None:
    command = [sys.executable, "-m", "infra.services"]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
