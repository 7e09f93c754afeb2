"""The two places a package runs in: AWS Lambda, and the local stack's own interpreter."""

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LAMBDA_PYTHON = "3.13"
LAMBDA_PLATFORM = "aarch64-manylinux2014"
PROBE = "import sys; print('%d.%d' % sys.version_info[:2])"

TargetName = Literal["aws", "local"]


class PackageError(Exception):
    """A package cannot be made; the message names the fix."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a package runs. `interpreter` compiles its bytecode, so it has the target's version."""

    name: TargetName
    python_version: str
    platform: str
    interpreter: Path

    @property
    def directory(self) -> str:
        """Its place under build/; local packages of two interpreters live side by side."""
        return self.name if self.name == "aws" else f"{self.name}-{self.python_version}"

    @property
    def install_options(self) -> list[str]:
        """The options that make uv choose wheels of another machine."""
        if self.name == "local":
            return ["--python", str(self.interpreter)]
        return [
            *("--python", str(self.interpreter)),
            *("--python-version", self.python_version),
            *("--python-platform", self.platform),
            *("--only-binary", ":all:"),
        ]


def target(name: TargetName) -> Target:
    """The target of this name. Raises PackageError when no interpreter can compile for it."""
    if name == "aws":
        return Target("aws", LAMBDA_PYTHON, LAMBDA_PLATFORM, find_interpreter(LAMBDA_PYTHON))
    here = ".".join(platform.python_version_tuple()[:2])
    machine = f"{platform.system().lower()}-{platform.machine()}"
    return Target("local", here, machine, Path(sys.executable))


def find_interpreter(version: str) -> Path:
    """An interpreter of this minor version; Lambda ignores bytecode of any other."""
    for candidate in _candidates(version):
        if _version_of(candidate) == version:
            return candidate
    raise PackageError(
        f"Bytecode for Lambda must be compiled by Python {version}, and there is none here. "
        f"Fix: install it (uv python install {version}, pyenv install {version}, or "
        f"apt-get install python{version}), or name one: PYTHON_{version.replace('.', '')}=/path"
    )


def _candidates(version: str) -> Iterator[Path]:
    named = os.environ.get(f"PYTHON_{version.replace('.', '')}")
    if named:
        yield Path(named)
    yield Path(sys.executable)
    on_path = shutil.which(f"python{version}")
    if on_path:
        yield Path(on_path)
    # A pyenv shim on PATH may refuse to run, and uv stops at it; so both are asked directly.
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    yield from sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)
    command = [str(uv()), "python", "find", "--managed-python", "--no-python-downloads", version]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode == 0:
        yield Path(found.stdout.strip())


def _version_of(interpreter: Path) -> str:
    try:
        answer = subprocess.run(
            [interpreter, "-c", PROBE], capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return answer.stdout.strip()


def uv() -> Path:
    """The locked uv of this environment."""
    own = Path(sys.prefix) / "bin" / "uv"
    if own.exists():
        return own
    raise PackageError("uv is not in this environment. Fix: make setup")
