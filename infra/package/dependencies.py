"""The runtime dependencies: installed once for all packages, without what Lambda never uses."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from infra.package.archive import write_tree
from infra.package.targets import PackageError, Target, uv
from infra.package.trim import trim

LOCK = Path("infra/requirements/runtime.txt")

Progress = Callable[[str], None]


def dependencies_zip(root: Path, target: Target, directory: Path, progress: Progress) -> Path:
    """The zip that every package for AWS begins with; made when it is not there yet.

    `directory` is named after the inputs, so an existing one is current.
    """
    archive = directory / "dependencies.zip"
    if not archive.exists():
        tree = dependencies_tree(root, target, directory, progress)
        write_tree(tree, archive)
        shutil.rmtree(tree)
    return archive


def dependencies_tree(root: Path, target: Target, directory: Path, progress: Progress) -> Path:
    """The same as files; what the local stack puts on every function's path."""
    tree = directory / "tree"
    if not tree.exists():
        partial = directory / "partial"
        shutil.rmtree(directory, ignore_errors=True)
        progress(f"installing {LOCK} for Python {target.python_version} on {target.platform}")
        _install(root, target, partial)
        trim(partial)
        progress("compiling the dependencies")
        compile_tree(target, partial)
        partial.rename(tree)
    return tree


def _install(root: Path, target: Target, tree: Path) -> None:
    command = [
        *(str(uv()), "pip", "install", "--quiet", "--require-hashes", "--no-deps"),
        *("--link-mode", "copy", "--target", str(tree)),
        *target.install_options,
        *("--requirements", str(root / LOCK)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PackageError(f"uv could not install {LOCK}:\n{done.stderr}Fix: make lock")


def compile_tree(target: Target, tree: Path) -> None:
    """Write bytecode that is valid whatever times the files get, and names them as Lambda does."""
    command = [
        *(str(target.interpreter), "-m", "compileall", "-q", "-j", "2"),
        *("--invalidation-mode", "unchecked-hash"),
        *("-s", str(tree), "-p", "/var/task", str(tree)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PackageError(f"{tree} does not compile:\n{done.stdout}{done.stderr}")
