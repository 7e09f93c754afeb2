"""Node and its tools, if they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from infra.generate.spec import ROOT

# Where make installs the tools; NODE_MODULES overrides it.
MODULES = Path(os.environ.get("NODE_MODULES", ROOT / ".node/node_modules"))
TIMEOUT_S = 100


def node() -> str:
    """Return the path of Node: make's, or the system's. Skips the test if neither exists."""
    own = ROOT / ".node/bin/node"
    found = str(own) if own.exists() else shutil.which("node")
    if found is None:
        pytest.skip("node is not installed, so the TypeScript client is not run. Fix: make setup")
    return found


def tool(path: str) -> Path:
    """Return the script of an installed tool. Skips the test if it is missing."""
    script = MODULES / path
    if not script.exists():
        pytest.skip(f"{script} is not installed. Fix: make setup")
    return script


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> str:
    """Run Node with this command and return its output; if Node fails, fail the test with it."""
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
