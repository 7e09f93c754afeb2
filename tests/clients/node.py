"""Node and its tools, as far as this machine has them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from infra.generate.spec import ROOT

# Where make installs the tools; NODE_MODULES names another place.
MODULES = Path(os.environ.get("NODE_MODULES", ROOT / ".node/node_modules"))
TIMEOUT_S = 100


def node() -> str:
    """Node: make's own, or this system's. Skips the test that asks where there is none."""
    own = ROOT / ".node/bin/node"
    found = str(own) if own.exists() else shutil.which("node")
    if found is None:
        pytest.skip("node is not installed, so the TypeScript client is not run. Mend: make setup")
    return found


def tool(path: str) -> Path:
    """A tool's script among the installed ones. Skips the test where it is missing."""
    script = MODULES / path
    if not script.exists():
        pytest.skip(f"{script} is not installed. Mend: make setup")
    return script


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> str:
    """Run Node with this command. Returns what it said; fails the test with that if it failed."""
    done = subprocess.run(
        [node(), *map(str, command)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
