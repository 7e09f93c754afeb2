"""Build packages: named after their content, so nothing unchanged is built or uploaded again."""

import fcntl
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.package.archive import extend, write_tree
from infra.package.dependencies import (
    LOCK,
    Progress,
    compile_tree,
    dependencies_tree,
    dependencies_zip,
)
from infra.package.sources import module_name, source_files
from infra.package.targets import PackageError, Target

ROOT = Path(__file__).resolve().parents[2]
HASH_CHARS = 16


@dataclass(frozen=True, slots=True)
class Package:
    """One zip. `key` is its name in the artifact bucket and changes with its content."""

    service: str
    path: Path

    @property
    def key(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where the packages of one target are made, and the digest of what all of them depend on."""

    root: Path
    target: Target
    progress: Progress

    @property
    def output(self) -> Path:
        return self.root / "build" / self.target.directory

    @property
    def dependencies(self) -> Path:
        """Named after everything that decides its content."""
        return self.output / f"dependencies-{self.digest()}"

    def digest(self) -> str:
        packager = Path(__file__).parent
        own = _digest(packager, sorted(packager.glob("*.py")), "")
        seed = f"{own} {self.target.python_version} {self.target.platform}"
        return _digest(self.root, [self.root / LOCK], seed)


def build(
    services: tuple[str, ...], target: Target, progress: Progress, root: Path = ROOT
) -> list[Package]:
    """The packages of these services, made where they are not there yet. Raises PackageError."""
    workshop = Workshop(root, target, progress)
    workshop.output.mkdir(parents=True, exist_ok=True)
    with _alone(workshop.output / ".lock"):
        return [_build_one(workshop, service) for service in services]


def local_dependencies(target: Target, progress: Progress, root: Path = ROOT) -> Path:
    """The directory that local functions import from: local packages hold only our own code.

    MiniStack unpacks a package for every process that it starts, which would take longer than
    anything that the process does.
    """
    workshop = Workshop(root, target, progress)
    workshop.output.mkdir(parents=True, exist_ok=True)
    with _alone(workshop.output / ".lock"):
        return dependencies_tree(root, target, workshop.dependencies, progress)


def _build_one(workshop: Workshop, service: str) -> Package:
    if not (workshop.root / "handlers" / module_name(service)).is_dir():
        raise PackageError(
            f"there is no service {service}: handlers/{module_name(service)} is not there"
        )
    files = source_files(workshop.root, service)
    digest = _digest(workshop.root, files, workshop.digest())
    package = Package(service, workshop.output / f"{service}-{digest}.zip")
    if package.path.exists():
        workshop.progress(f"{service}: unchanged")
        return package
    tree = workshop.output / f"{service}.tree"
    _copy(workshop.root, files, tree)
    compile_tree(workshop.target, tree)
    _zip(workshop, tree, package.path)
    shutil.rmtree(tree)
    _forget_older(workshop.output, f"{service}-{'?' * HASH_CHARS}.zip", keep=package.path)
    _forget_older(workshop.output, "dependencies-*", keep=workshop.dependencies)
    workshop.progress(
        f"{service}: {package.path.relative_to(workshop.root)} ({_size(package.path)})"
    )
    return package


def _zip(workshop: Workshop, tree: Path, path: Path) -> None:
    if workshop.target.name == "local":
        write_tree(tree, path)
        return
    dependencies = dependencies_zip(
        workshop.root, workshop.target, workshop.dependencies, workshop.progress
    )
    extend(dependencies, tree, path)


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Two builds at a time would write the same files (tests run in two processes)."""
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _copy(root: Path, files: list[Path], tree: Path) -> None:
    shutil.rmtree(tree, ignore_errors=True)
    for file in files:
        copied = tree / file.relative_to(root)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, copied)


def _forget_older(output: Path, pattern: str, keep: Path) -> None:
    for other in output.glob(pattern):
        if other != keep:
            shutil.rmtree(other) if other.is_dir() else other.unlink()


def _size(path: Path) -> str:
    return f"{path.stat().st_size / 2**20:.1f} MiB"


def _digest(root: Path, files: list[Path], seed: str) -> str:
    """A name for the names and the content of these files."""
    digest = hashlib.sha256(seed.encode())
    for file in files:
        digest.update(f"\0{file.relative_to(root)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:HASH_CHARS]
