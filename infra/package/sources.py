"""The files of a service's package: its code, what is shared, and the generated modules.

Of generated/, a package contains what its code imports, directly or not.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

SHARED = ("core", "runtime")
GENERATED = "generated"


def module_name(service: str) -> str:
    """`wallet-service` -> `wallet_service`."""
    return service.replace("-", "_")


def source_files(root: Path, service: str) -> list[Path]:
    """The files for one service, sorted."""
    handlers = root / "handlers"
    own = [handlers / part for part in (*SHARED, module_name(service))]
    files = {file for directory in own for file in _files_under(directory)}
    files |= set(handlers.glob("__init__.py"))
    return sorted(files | _generated_files(root, files))


def _files_under(directory: Path) -> Iterator[Path]:
    for file in directory.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".md":
            yield file


def _generated_files(root: Path, importers: set[Path]) -> set[Path]:
    """Follow the import statements into `generated`, until nothing new is found."""
    found: set[Path] = set()
    waiting = [file for file in importers if file.suffix == ".py" and file.is_file()]
    while waiting:
        for name in _imported_modules(waiting.pop()):
            for file in _files_of_module(root, name):
                if file not in found:
                    found.add(file)
                    waiting.append(file)
    return found


def _imported_modules(file: Path) -> Iterator[str]:
    """Every absolute name that a file may import: `from a import b` yields a and a.b."""
    for node in ast.walk(ast.parse(file.read_bytes(), str(file))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files_of_module(root: Path, name: str) -> Iterator[Path]:
    """The files behind a dotted name in `generated`: every package on the way, then the module."""
    parts = name.split(".")
    if parts[0] != GENERATED:
        return
    for depth in range(1, len(parts) + 1):
        path = root.joinpath(*parts[:depth])
        for file in (path / "__init__.py", path.with_suffix(".py")):
            if file.is_file():
                yield file
