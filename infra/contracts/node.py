"""The tools in .node/ that only exist in JavaScript, as commands; `make setup` installs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Final

from infra.contracts.documents import ROOT

NODE: Final = ROOT / ".node"
TIMEOUT_S: Final = 120
# The tools send no usage data and look for no updates.
QUIET: Final = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
ENTRY: Final = {
    "redocly": "@redocly/cli/bin/cli.js",
    "spectral": "@stoplight/spectral-cli/dist/index.js",
}


class ToolError(Exception):
    """A tool is missing or failed; the message says how to fix it."""


def run(tool: str, *arguments: str, directory: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a tool of ENTRY and return its exit code and output. Raises ToolError."""
    return script(NODE / "node_modules" / ENTRY[tool], *arguments, directory=directory)


def script(file: Path, *arguments: str, directory: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a script with the Node of .node/. Raises ToolError."""
    node = NODE / "bin" / "node"
    if not node.exists() or not file.exists():
        raise ToolError(f"{file.name} is not installed. Fix: make setup")
    return subprocess.run(
        [str(node), str(file), *arguments],
        cwd=directory,
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
