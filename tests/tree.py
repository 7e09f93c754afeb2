"""A copy of the repository, in which a test edits files and runs modules."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from infra.contracts.documents import ROOT

IGNORED: Final = shutil.ignore_patterns("__pycache__", "node_modules", ".hypothesis")


def copied(folder: Path, *, specs: bool = True) -> Path:
    """Copy what modules and tests need; without `specs`, the caller writes that folder."""
    for part in ("generated", "handlers", "infra", "tests", "docs", *(["specs"] if specs else [])):
        shutil.copytree(ROOT / part, folder / part, ignore=IGNORED)
    for file in (path for path in ROOT.glob("[!.]*") if path.is_file()):
        shutil.copy(file, folder / file.name)
    (folder / ".node").symlink_to(ROOT / ".node")
    return folder


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, on nothing but the copy; its output and errors are one text."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ".", "COLUMNS": "1000"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def passes(folder: Path, *arguments: str) -> str:
    """Return what Python prints in the copy. Raises AssertionError when it fails."""
    done = python(folder, *arguments)
    assert done.returncode == 0, done.stdout
    return done.stdout
