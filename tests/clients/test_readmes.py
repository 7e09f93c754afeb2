"""The first call, as the READMEs show it, pays; and it is not longer than five lines."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infra.generate.spec import ROOT
from tests.clients.live import Live
from tests.clients.node import run
from tests.docs.documents import Document

pytestmark = pytest.mark.xdist_group("clients")

CLIENTS = ROOT / "generated/clients"
SHOWN_URL = "http://127.0.0.1:8080/v1"
LINES_MAX = 5


def first_call(language: str, marker: str) -> str:
    blocks = Document(CLIENTS / language / "README.md").blocks
    return next(block.text for block in blocks if block.language == marker)


@pytest.mark.parametrize(("language", "marker"), [("python", "python"), ("typescript", "js")])
def test_the_first_call_has_at_most_five_lines(language: str, marker: str) -> None:
    lines = [line for line in first_call(language, marker).splitlines() if line.strip()]

    assert len(lines) <= LINES_MAX


def test_the_first_call_in_python_pays(live: Live, tmp_path: Path) -> None:
    code = first_call("python", "python").replace(SHOWN_URL, live.base_url)

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
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules/payments-client").symlink_to(CLIENTS / "typescript")
    code = first_call("typescript", "js").replace(SHOWN_URL, live.base_url)
    (tmp_path / "first.mjs").write_text(code)

    said = run(["first.mjs"], tmp_path, {"TOKEN": live.tokens["alice"]})

    assert said == "completed\n"
