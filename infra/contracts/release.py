"""Freeze the working contract as a released version: a copy that nobody edits."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from infra.contracts.compat import changes
from infra.contracts.documents import (
    NAMES,
    RELEASED,
    ROOT,
    SPECS,
    ordered,
    read,
    releases,
)
from infra.contracts.gate import least_version, version_of
from infra.contracts.rules import violations

Say = Callable[[str], None]
MANIFEST: Final = "SHA256SUMS"


def freeze(version: str, *, again: bool, say: Say) -> int:
    """Copy specs/ to specs/released/<version>/; 1, with the reason, when that must not be."""
    problems = list(refusals(version, again=again))
    for problem in problems:
        say(f"error: {problem}")
    if problems:
        return 1
    folder = RELEASED / version
    shutil.rmtree(folder, ignore_errors=True)
    for name in [*NAMES, *examples(SPECS)]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SPECS / name, folder / name)
    (folder / MANIFEST).write_text(sums(folder), "utf-8")
    say(f"froze specs/ as {version}: specs/released/{version}")
    return 0


def refusals(version: str, *, again: bool) -> Iterator[str]:
    """Everything that speaks against freezing specs/ as this version."""
    contract = read()
    if version != version_of(contract):
        yield f"info.version of specs/ is {version_of(contract)}, not {version}"
    yield from violations(contract)
    known = [v for v in releases() if not (again and v == version)]
    if version in known:
        yield f"{version} is released; raise info.version, or add --again if nobody uses it yet"
    elif known:
        yield from _too_small(version, known[-1])
    yield from _drift()


def _too_small(version: str, newest: str) -> Iterator[str]:
    wanted = least_version(newest, changes(read(RELEASED / newest), read()))
    if ordered(version) <= ordered(newest) or ordered(version) < ordered(wanted):
        yield f"{version} is too small after {newest} with these changes: at least {wanted}"


def _drift() -> Iterator[str]:
    """Generated files that are not those of specs/: what would be released is not what runs."""
    from infra.generate.__main__ import TARGETS
    from infra.generate.outputs import render_all
    from infra.generate.write import difference

    for name in difference(ROOT, render_all(progress=lambda _step: None), TARGETS):
        yield f"{name} is not what specs/ says: make generate"


def examples(folder: Path) -> list[str]:
    files = sorted((folder / "examples").glob("*/*.json"))
    return [file.relative_to(folder).as_posix() for file in files]


def sums(folder: Path) -> str:
    """A line per file, as sha256sum writes them: whoever edits a released contract is found out."""
    names = [*NAMES, *examples(folder)]
    lines = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    return "".join(lines)


def edited(version: str) -> list[str]:
    """Files of a release that are no longer as they were frozen."""
    folder = RELEASED / version
    kept = (folder / MANIFEST).read_text("utf-8").splitlines()
    now = sums(folder).splitlines()
    return sorted({line.split("  ")[1] for line in set(kept) ^ set(now)})
