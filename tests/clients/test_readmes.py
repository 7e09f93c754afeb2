"""The examples of the READMEs work: the first call, a lost answer, the calls of all methods."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import payments_client
import pytest
from payments_client import PaymentsClient

from infra.generate.clients.operations import read_operations
from infra.generate.spec import ROOT
from tests.clients.live import Live
from tests.clients.node import run
from tests.clients.serving import COFFEE, CUT, ONCE, PAYMENT, keys, serving
from tests.docs.documents import Document
from tests.running.raw_server import http, raw_server

pytestmark = pytest.mark.xdist_group("local-stack")

CLIENTS = ROOT / "generated/clients"
SHOWN_URL = "http://127.0.0.1:8080/v1"
LINES_MAX = 5
README = Document(CLIENTS / "python/README.md")
# What the README shows or explains before the block.
GIVEN = """
import { PaymentsClient, Unreachable, ValidationFailed } from "payments-client";
const payments = new PaymentsClient({ baseUrl: process.env.URL, retries: { attemptsMax: 1 } });
const coffee = { amount: { value: 450, currency: "EUR" }, payee: "coffee-shop-42" };
"""


def shown(language: str, marker: str, text: str = "") -> str:
    """Return the first code block in this language that contains this text."""
    blocks = Document(CLIENTS / language / "README.md").blocks
    return next(b.text for b in blocks if b.language == marker and text in b.text)


@pytest.mark.parametrize(("language", "marker"), [("python", "python"), ("typescript", "js")])
def test_the_first_call_has_at_most_five_lines(language: str, marker: str) -> None:
    lines = [line for line in shown(language, marker).splitlines() if line.strip()]

    assert len(lines) <= LINES_MAX


def test_the_first_call_in_python_pays(live: Live, tmp_path: Path) -> None:
    code = shown("python", "python").replace(SHOWN_URL, live.base_url)

    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(CLIENTS / "python"), "TOKEN": live.tokens["alice"]},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert done.stdout == "completed\n"


def test_the_first_call_in_javascript_pays(live: Live, tmp_path: Path) -> None:
    code = shown("typescript", "js").replace(SHOWN_URL, live.base_url)

    assert output_of(code, tmp_path, {"TOKEN": live.tokens["alice"]}) == "completed\n"


def test_the_same_key_recovers_a_lost_answer_in_python() -> None:
    code = shown("python", "python", "except Unreachable")

    with serving(CUT, http(201, PAYMENT), retries=ONCE) as (client, server):
        exec(code, vars(payments_client) | {"payments": client, "request": COFFEE})  # noqa: S102

    assert len(keys(server)) == 2
    assert len(set(keys(server))) == 1


def test_the_same_key_recovers_a_lost_answer_in_javascript(tmp_path: Path) -> None:
    code = shown("typescript", "js", "instanceof Unreachable")

    with raw_server(CUT, http(201, PAYMENT)) as server:
        output_of(GIVEN + code, tmp_path, {"URL": server.url})

    assert len(keys(server)) == 2
    assert len(set(keys(server))) == 1


@pytest.mark.parametrize("function", [o.function for o in read_operations()])
def test_the_table_shows_which_parameters_are_keyword_only(function: str) -> None:
    taken = inspect.signature(getattr(PaymentsClient, function)).parameters.values()
    by_keyword = [p.name for p in taken if p.kind is p.KEYWORD_ONLY]
    names = [p.name for p in taken if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "self"]
    names += ["*", *by_keyword] if by_keyword else []

    assert f"| `{function}({', '.join(names)})` |" in README.text


def output_of(code: str, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a module in a folder where the package is installed, and return its output."""
    (folder / "node_modules").mkdir()
    (folder / "node_modules/payments-client").symlink_to(CLIENTS / "typescript")
    (folder / "shown.mjs").write_text(code)
    return run(["shown.mjs"], folder, environment)
