"""Create a virtual environment with exactly the packages of a lock file.

    python3 infra/requirements/install.py dev       --into .venv
    python3 infra/requirements/install.py ministack --into .venv-ministack --uv .venv/bin/uv

It runs on the bare interpreter, so it imports the standard library only. pip is asked only for uv,
with hashes; uv installs the rest. The Makefile calls this when a lock or the interpreter changed.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHON_MIN = (3, 11)
OUTPUT_TAIL_LINES = 15


class SetUpError(Exception):
    """The environment cannot be created; the message names the fix."""


class Progress:
    """Report each step with the seconds since the start, so that no step seems to hang."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._started_s = time.monotonic()

    def __call__(self, what: str) -> None:
        elapsed_s = time.monotonic() - self._started_s
        sys.stderr.write(f"[{elapsed_s:5.1f}s] {self._name}: {what}\n")
        sys.stderr.flush()


def main() -> int:
    arguments = _arguments()
    progress = Progress(arguments.into.name)
    try:
        _refuse_old_interpreter()
        if not _is_current(arguments.into):
            progress(f"creating it with Python {_version()}")
            _make_environment(arguments.into, arguments.uv, progress)
        locks = [HERE / f"{arguments.lock}.txt"]
        if arguments.uv is None:
            arguments.uv = _ensure_uv(arguments.into, progress)
            locks.append(HERE / "bootstrap.txt")
        progress(f"installing {arguments.lock}.txt (hashes checked)")
        _install(arguments.uv, locks, arguments.into)
    except SetUpError as error:
        sys.stderr.write(f"\nset-up failed: {error}\n")
        return 1
    progress("ready")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Install a lock file into a virtual environment.")
    parser.add_argument("lock", help="name of a lock in infra/requirements: dev, ministack")
    parser.add_argument("--into", type=Path, required=True, help="the environment's directory")
    parser.add_argument("--uv", type=Path, help="a uv to use instead of installing one there")
    return parser.parse_args()


def _version() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _python_of(environment: Path) -> Path:
    return environment / "bin" / "python"


def _refuse_old_interpreter() -> None:
    if sys.version_info < PYTHON_MIN:
        raise SetUpError(f"Python {_version()} is too old. Fix: make PYTHON=python3.13")


def _is_current(environment: Path) -> bool:
    """Return whether this interpreter version created the environment and it still starts."""
    python = _python_of(environment)
    if not python.exists():
        return False
    probe = "import platform; print(platform.python_version())"
    answer = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    return answer.stdout.strip() == _version()


def _make_environment(environment: Path, uv: Path | None, progress: Progress) -> None:
    shutil.rmtree(environment, ignore_errors=True)
    if uv is not None:
        _run([uv, "venv", "--quiet", "--python", sys.executable, environment], "uv venv")
        return
    if not _has("ensurepip") and not _has("pip"):
        _apt_install_venv(progress)
    without_pip = ["--without-pip"] if not _has("ensurepip") and _has("pip") else []
    _run([sys.executable, "-m", "venv", *without_pip, environment], "python3 -m venv")


def _has(module: str) -> bool:
    """Return whether a new interpreter can import the module (Debian packages some separately)."""
    importlib.invalidate_caches()
    return importlib.util.find_spec(module) is not None


def _apt_install_venv(progress: Progress) -> None:
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    fix = f"apt-get update && apt-get install -y {package}"
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise SetUpError(f"this Python has neither ensurepip nor pip. Fix: sudo sh -c '{fix}'")
    progress(f"Python lacks ensurepip: {fix}")
    _run(["apt-get", "update", "-qq"], "apt-get update")
    _run(["apt-get", "install", "-y", "-qq", package], f"apt-get install {package}")


def _ensure_uv(environment: Path, progress: Progress) -> Path:
    uv = environment / "bin" / "uv"
    if not uv.exists():
        progress("installing uv")
        own_pip = importlib.util.find_spec("ensurepip") is not None
        python: list[str | Path] = (
            [_python_of(environment), "-m", "pip"]
            if own_pip
            else [sys.executable, "-m", "pip", "--python", _python_of(environment)]
        )
        lock = HERE / "bootstrap.txt"
        _run([*python, "install", "--quiet", "--require-hashes", "-r", lock], "pip install uv")
    return uv


def _install(uv: Path, locks: list[Path], environment: Path) -> None:
    """Install exactly the locked packages.

    Bytecode is compiled once: with PYTHONDONTWRITEBYTECODE set, every start would compile it again.
    """
    target: list[str | Path] = ["--python", _python_of(environment)]
    options = ["--quiet", "--require-hashes", "--compile-bytecode"]
    _run([uv, "pip", "sync", *options, *target, *locks], "uv pip sync")


def _run(command: list[str | Path], what: str) -> None:
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        tail = "\n".join(done.stdout.splitlines()[-OUTPUT_TAIL_LINES:])
        raise SetUpError(f"{what} exited {done.returncode}:\n{tail}\nFix that and run make again.")


if __name__ == "__main__":
    sys.exit(main())
