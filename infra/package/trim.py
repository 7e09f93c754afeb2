"""Take out of the dependencies what Lambda never uses: it costs a cold start time and memory.

docs/performance.md has what each cut is worth.
"""

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from infra.package import service_data
from infra.package.targets import PackageError

NOT_NEEDED: Final = (
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
# Handlers make their clients with botocore; boto3's session and transfers are never imported.
PACKAGES_NOT_NEEDED: Final = ("boto3", "s3transfer", "pydantic/v1", "pydantic/mypy.py")
# Of Powertools they use Logger and Metrics (docs/decisions/0022), which import one of these.
POWERTOOLS: Final = "aws_lambda_powertools"
POWERTOOLS_NOT_NEEDED: Final = ("event_handler", "middleware_factory")
UTILITIES_NEEDED: Final = frozenset({"__init__.py", "jmespath_utils"})
# Its top module imports these always; code that needs metrics imports them directly.
NOT_AT_THE_DOOR: Final = frozenset({f"{POWERTOOLS}.metrics", f"{POWERTOOLS}.tracing"})

DOCS: Final = Path("botocore/docs")
DOCS_NEEDED: Final = frozenset({"__init__.py", "docstring.py", "utils.py"})
# botocore renders help texts for a prompt; importing the renderer takes 2% of a cold start.
NO_DOCSTRINGS: Final = '''"""Replaces the real one: see infra/package/trim.py."""


class LazyLoadedDocstring(str):
    def __new__(cls, *_rendered_from, **_more):
        return super().__new__(cls)


class ClientMethodDocstring(LazyLoadedDocstring):
    pass


class WaiterDocstring(LazyLoadedDocstring):
    pass


class PaginatorDocstring(LazyLoadedDocstring):
    pass
'''
# Its TypedDicts are read by type checkers only, but Python compiles each of 800 annotations.
TYPES_ONLY: Final = Path("pydantic_core/core_schema.py")
# Imported at the top for what is never asked of them here: the version of h2, plugins (the template
# switches them off), decorated coroutines. With these come zipfile, csv and the event loop.
LATE_IMPORTS: Final = {
    Path("circuitbreaker.py"): "asyncio",
    Path("pydantic/plugin/_loader.py"): "importlib.metadata",
    Path("urllib3/http2/__init__.py"): "importlib.metadata",
}


def trim(tree: Path) -> None:
    """Trim an installed tree in place. Raises PackageError when a package is no longer as known."""
    for path in list(_unneeded(tree)):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    service_data.trim(tree / "botocore" / "data")
    _replace_docstrings(tree / DOCS)
    _forget_types(tree / TYPES_ONLY)
    _import_less(tree / POWERTOOLS / "__init__.py", NOT_AT_THE_DOOR)
    for file, imported in LATE_IMPORTS.items():
        _import_late(tree / file, imported)


def _unneeded(tree: Path) -> Iterator[Path]:
    for pattern in NOT_NEEDED:
        yield from tree.rglob(pattern)
    yield from (tree / path for path in PACKAGES_NOT_NEEDED)
    powertools = tree / POWERTOOLS
    yield from (powertools / name for name in POWERTOOLS_NOT_NEEDED)
    for entry in (powertools / "utilities").iterdir():
        if entry.name not in UTILITIES_NEEDED:
            yield entry
    for entry in (tree / DOCS).iterdir():
        if entry.name not in DOCS_NEEDED:
            yield entry


def _replace_docstrings(docs: Path) -> None:
    known = _classes(ast.parse(NO_DOCSTRINGS))
    found = _classes(ast.parse((docs / "docstring.py").read_bytes()))
    if found != known:
        raise PackageError(
            f"botocore's docstring.py has the classes {sorted(found)}, not {sorted(known)}. "
            "Fix: adapt NO_DOCSTRINGS in infra/package/trim.py"
        )
    (docs / "docstring.py").write_text(NO_DOCSTRINGS)
    (docs / "__init__.py").write_text("")


def _classes(module: ast.Module) -> set[str]:
    return {node.name for node in module.body if isinstance(node, ast.ClassDef)}


def _forget_types(file: Path) -> None:
    """Remove the fields of every TypedDict: at run time such a class is a dict without any."""
    module = ast.parse(file.read_bytes())
    typed = [
        node
        for node in module.body
        if isinstance(node, ast.ClassDef) and [ast.unparse(b) for b in node.bases] == ["TypedDict"]
    ]
    if not typed:
        raise PackageError(
            f"{TYPES_ONLY} has no TypedDicts any more. Fix: delete TYPES_ONLY in "
            "infra/package/trim.py"
        )
    for node in typed:
        kept = [item for item in node.body if not isinstance(item, ast.AnnAssign)]
        node.body = kept or [ast.Pass()]
    file.write_text(ast.unparse(module))


def _import_less(file: Path, modules: frozenset[str]) -> None:
    """Take the imports of these modules, which nothing else in the file uses, out of it."""
    module = ast.parse(file.read_bytes())
    found = [n for n in module.body if isinstance(n, ast.ImportFrom) and n.module in modules]
    names = {alias.name for node in found for alias in node.names}
    module.body = [node for node in module.body if node not in found]
    if {node.module for node in found} != modules or names & _names_in(module):
        raise PackageError(
            f"{file.parent.name}/{file.name} imports other things than {sorted(modules)}. "
            "Fix: adapt NOT_AT_THE_DOOR in infra/package/trim.py"
        )
    file.write_text(ast.unparse(module))


def _import_late(file: Path, imported: str) -> None:
    """Move `from imported import …` from the top of a module to where it is used."""
    module = ast.parse(file.read_bytes())
    imports = [
        node for node in module.body if isinstance(node, ast.ImportFrom) and node.module == imported
    ]
    if not imports:
        raise PackageError(
            f"{file.parent.name}/{file.name} does not import {imported} any more. "
            "Fix: take it out of LATE_IMPORTS in infra/package/trim.py"
        )
    module.body = [node for node in module.body if node not in imports]
    names = {alias.name for node in imports for alias in node.names}
    _insert_before_use(module.body, imports, names)
    file.write_text(ast.unparse(ast.fix_missing_locations(module)))


def _insert_before_use(
    block: list[ast.stmt], imports: list[ast.ImportFrom], names: set[str]
) -> None:
    """Into the innermost block, so that a path that does not use the names does not import."""
    for statement in list(block):
        inner = [getattr(statement, part, []) for part in ("body", "orelse", "finalbody")]
        users = [part for part in inner if any(names & _names_in(node) for node in part)]
        for user in users:
            _insert_before_use(user, imports, names)
        if not users and names & _names_in(statement):
            at = block.index(statement)
            block[at:at] = imports


def _names_in(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
