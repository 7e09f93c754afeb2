"""The TypeScript client, run in Node like a caller's code, with types checked by tsc."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from generated.catalogue import OPERATIONS
from infra.generate.clients import operations as contract
from infra.generate.spec import ROOT
from tests.clients.live import Live
from tests.clients.node import node, run, tool
from tests.clients.test_python_problems import examples

pytestmark = pytest.mark.xdist_group("local-stack")

PACKAGE = ROOT / "generated/clients/typescript"
TESTS = ROOT / "tests/clients/typescript"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Create a user's project, with the package installed by a link as `npm install` does."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copytree(TESTS, folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").mkdir()
    (folder / "node_modules/payments-client").symlink_to(PACKAGE)
    return folder


@pytest.mark.parametrize("file", ["retries.test.mjs", "endings.test.mjs"])
def test_it_handles_faults_of_the_api(project: Path, file: str) -> None:
    run(["--test", file], project, {})


@pytest.mark.parametrize("file", ["operations.test.mjs", "problems.test.mjs"])
def test_it_works_with_the_running_api(live: Live, project: Path, file: str) -> None:
    node()  # skips before any event is parked
    environment = {
        "BASE_URL": live.base_url,
        "TOKENS": json.dumps(live.tokens),
        "OPERATIONS": json.dumps(list(OPERATIONS)),
        "EXAMPLES": json.dumps(examples()),
        "FAILED_EVENT_IDS": json.dumps([live.parked_event().failed_event_id for _ in range(3)]),
    }

    run(["--test", file], project, environment)


def test_it_contains_the_licence_that_it_declares() -> None:
    assert "LICENSE" in json.loads((PACKAGE / "package.json").read_text())["files"]
    assert (PACKAGE / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


def test_the_code_of_a_caller_compiles(project: Path) -> None:
    run([tool("typescript/bin/tsc"), "--noEmit", "-p", "."], project, {})


def test_its_types_equal_those_of_openapi_typescript(project: Path) -> None:
    """Two independent generators agree, schema by schema."""
    made = project / "theirs.ts"
    run(
        [tool("openapi-typescript/bin/cli.js"), ROOT / "specs/openapi.yaml", "-o", made],
        project,
        {},
    )
    names = contract.schemas(contract.read_operations())
    theirs = made.read_text()
    inside = [n for n in names if f"\n        {n}: " in theirs.partition("schemas: {")[2]]
    assert len(inside) > 10
    (project / "same.ts").write_text(
        'import type { components } from "./theirs.js";\n'
        'import type * as ours from "payments-client";\n'
        "type Same<A, B> = [A, B] extends [B, A] ? true : never;\n"
        + "".join(
            f"export const {n}: Same<ours.{n}, components['schemas']['{n}']> = true;\n"
            for n in inside
        )
    )

    run([tool("typescript/bin/tsc"), "--noEmit", "-p", "."], project, {})


def test_it_is_formatted(project: Path) -> None:
    prettier = tool("prettier/bin/prettier.cjs")
    for folder in (PACKAGE, TESTS):
        files = [p for p in folder.iterdir() if p.suffix in (".js", ".mjs", ".ts", ".json")]
        run([prettier, "--check", "--print-width", "100", *files], project, {})
