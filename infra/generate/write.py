"""Format generated Python, compare or write it, and delete stale files."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

RULES = "F401,F811,I,UP,RUF022"


def formatted(files: Mapping[str, str], config: Path) -> dict[str, str]:
    """Return the files, their Python sorted and formatted by ruff with the project's settings."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "pyproject.toml").write_text(config.read_text("utf-8"), "utf-8")
        for name, text in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
        _ruff(root, "check", "--quiet", "--fix", "--exit-zero", "--no-cache", "--select", RULES)
        _ruff(root, "format", "--quiet", "--no-cache")
        return {name: (root / name).read_text("utf-8") for name in files}


def _ruff(root: Path, *command: str) -> None:
    ruff = [sys.executable, "-m", "ruff", *command, "."]
    subprocess.run(ruff, cwd=root, check=True)


def difference(root: Path, files: Mapping[str, str], targets: Iterable[str]) -> list[str]:
    """Return the names of files that are missing, outdated or no longer generated."""
    wrong = [
        name
        for name, text in files.items()
        if not (root / name).is_file() or (root / name).read_text("utf-8") != text
    ]
    stale = [
        path.relative_to(root).as_posix()
        for target in targets
        for path in sorted((root / target).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]
    return sorted(wrong + [name for name in stale if name not in files])


def write(root: Path, files: Mapping[str, str], names: Iterable[str]) -> None:
    for name in names:
        path = root / name
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[name], "utf-8")
        else:
            path.unlink()
