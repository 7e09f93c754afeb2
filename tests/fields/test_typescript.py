"""The TypeScript client declares every field, sends it, and gives it back.

What it is given and what the API answers come from the same journeys as in test_round_trip.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.generate.spec import ROOT
from tests.clients.node import run, tool
from tests.contracts.payloads import CONTRACT
from tests.fields.bodies import bodies, filled
from tests.fields.gateway import approving
from tests.fields.journey import Travelling

PACKAGE = ROOT / "generated/clients/typescript"
SETTINGS = ROOT / "tests/clients/typescript/tsconfig.json"
CALL = """\
import { PaymentsClient } from "payments-client";
import { readFileSync } from "node:fs";
const calls = [];
for (const { method, path, body, answer } of JSON.parse(readFileSync("journeys.json"))) {
  let sent;
  const fetch = async (_url, request) => {
    sent = JSON.parse(request.body);
    return new Response(JSON.stringify(answer), { status: 200 });
  };
  const client = new PaymentsClient({ baseUrl: "https://api.example.com/v1", fetch });
  const returned = await client[method](...path, body);
  calls.push({ sent, returned });
}
console.log(JSON.stringify(calls));
"""


def journeys() -> Iterator[dict[str, Any]]:
    """Each operation with a body: all of its fields, and what the API answers."""
    with approving() as gateway:
        for body in bodies(CONTRACT):
            document = filled(body, frozenset(body.optional), longest=True)
            journey = Travelling(CONTRACT, gateway).travel(body, document)
            ((answer,), *_) = journey.answers.values()
            yield {
                "method": body.operation_id,
                "schema": body.schema_name,
                "path": journey.path,
                "body": document,
                "answer": answer,
            }


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A caller's project with the package installed by a link."""
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "tsconfig.json").write_text(SETTINGS.read_text())
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/payments-client").symlink_to(PACKAGE)
    return tmp_path


def test_every_field_is_declared_sent_and_returned(project: Path) -> None:
    made = list(journeys())
    (project / "call.mjs").write_text(CALL)
    (project / "journeys.json").write_text(json.dumps(made))
    (project / "typed.ts").write_text(typed(made))

    calls = json.loads(run(["call.mjs"], project, {}))
    run([tool("typescript/bin/tsc"), "--noEmit", "-p", "."], project, {})

    assert [one["sent"] for one in calls] == [one["body"] for one in made]
    assert [one["returned"] for one in calls] == [one["answer"] for one in made]


def typed(made: list[dict[str, Any]]) -> str:
    """A program that compiles only if the types have every field of each body."""
    lines = ['import type * as api from "payments-client";']
    for one in made:
        name = one["method"]
        lines.append(f"export const {name}: api.{one['schema']} = {json.dumps(one['body'])};")
    return "\n".join(lines)
