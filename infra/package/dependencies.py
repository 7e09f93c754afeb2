"""The runtime dependencies: installed once for all packages, without what Lambda never uses."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from infra.package.archive import write_tree
from infra.package.targets import PackageError, Target, uv

LOCK = Path("infra/requirements/runtime.txt")
# Every client reads the description of its service from botocore's data: 25 MB for all of AWS.
SERVICES_USED = frozenset({"dynamodb", "sqs", "events", "secretsmanager", "sts"})
DATA_USED = frozenset(
    {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
)
NOT_NEEDED = (
    "*.dist-info",
    "bin",
    "swagger_ui",
    "tests",
    "test",
    "__pycache__",
    "*.pyi",
    "py.typed",
    ".lock",
)

Say = Callable[[str], None]


def dependencies_zip(root: Path, target: Target, directory: Path, say: Say) -> Path:
    """The zip that every package for AWS begins with; made when it is not there yet.

    `directory` is named after the inputs, so what is there is current.
    """
    archive = directory / "dependencies.zip"
    if not archive.exists():
        tree = dependencies_tree(root, target, directory, say)
        write_tree(tree, archive)
        shutil.rmtree(tree)
    return archive


def dependencies_tree(root: Path, target: Target, directory: Path, say: Say) -> Path:
    """The same as files; what the local stack puts on every function's path."""
    tree = directory / "tree"
    if not tree.exists():
        partial = directory / "partial"
        shutil.rmtree(directory, ignore_errors=True)
        say(f"installing {LOCK} for Python {target.python_version} on {target.platform}")
        _install(root, target, partial)
        _trim(partial)
        say("compiling the dependencies")
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
        raise PackageError(f"uv could not install {LOCK}:\n{done.stderr}Mend: make lock")


def _trim(tree: Path) -> None:
    for path in list(_unneeded(tree)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _unneeded(tree: Path) -> Iterator[Path]:
    for pattern in NOT_NEEDED:
        yield from tree.rglob(pattern)
    for package in ("botocore", "boto3"):
        for entry in (tree / package / "data").iterdir():
            if entry.name not in (SERVICES_USED if entry.is_dir() else DATA_USED):
                yield entry
    yield from (tree / "boto3" / "examples",)


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
