"""Freeze contracts and stateful parts as a released version: a copy that is never edited."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from infra.contracts import stateful
from infra.contracts.compat import changes
from infra.contracts.documents import (
    GATEWAY,
    NAMES,
    RELEASED,
    ROOT,
    SPECS,
    ordered,
    read,
    releases,
)
from infra.contracts.gate import contract_findings, least_version, version_of
from infra.contracts.rules import violations

Echo = Callable[[str], None]
MANIFEST: Final = "SHA256SUMS"


def freeze(version: str, *, again: bool, echo: Echo) -> int:
    """Copy specs/ and the template's stateful parts to specs/released/<version>/.

    Returns 1, with every reason, when it refuses.
    """
    problems = list(refusals(version, again=again))
    for problem in problems:
        echo(f"error: {problem}")
    if problems:
        return 1
    folder = RELEASED / version
    shutil.rmtree(folder, ignore_errors=True)
    for name in [*NAMES, *examples(SPECS)]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SPECS / name, folder / name)
    (folder / MANIFEST).write_text(sums(folder), "utf-8")
    stateful.freeze(folder)
    echo(f"froze specs/ and the template's stateful parts as {version}: specs/released/{version}")
    return 0


def refusals(version: str, *, again: bool) -> Iterator[str]:
    """Yield each reason not to freeze specs/ as this version."""
    contract = read()
    if version != version_of(contract):
        yield f"info.version of specs/ is {version_of(contract)}, not {version}"
    yield from violations(contract)
    known = [v for v in releases() if not (again and v == version)]
    if version in known:
        yield f"{version} is released; raise info.version, or add --again if no service uses it yet"
    elif known:
        yield from _too_small(version, known[-1])
    yield from _drift()


def _too_small(version: str, newest: str) -> Iterator[str]:
    old, new = read(RELEASED / newest), read()
    own = [change for change in changes(old, new) if change.document != GATEWAY]
    wanted = least_version(newest, own)
    if ordered(version) <= ordered(newest) or ordered(version) < ordered(wanted):
        yield f"{version} is too small after {newest} with these changes: at least {wanted}"
    for finding in contract_findings(old, new, lambda _line: None):
        if finding.fix and GATEWAY in finding.line:
            yield finding.line


def _drift() -> Iterator[str]:
    """Yield each generated file that differs from what specs/ generate."""
    from infra.generate.__main__ import TARGETS
    from infra.generate.outputs import render_all
    from infra.generate.write import difference

    for name in difference(ROOT, render_all(progress=lambda _step: None), TARGETS):
        yield f"{name} does not match specs/: make generate"


def examples(folder: Path) -> list[str]:
    files = sorted((folder / "examples").glob("*/*.json"))
    return [file.relative_to(folder).as_posix() for file in files]


def sums(folder: Path) -> str:
    """Return a line per contract file, as sha256sum writes them; stateful.json has its own."""
    names = [*NAMES, *examples(folder)]
    lines = [f"{hashlib.sha256((folder / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
    return "".join(lines)


def edited(version: str) -> list[str]:
    """Return the files of a release that were changed since it was frozen."""
    folder = RELEASED / version
    kept = (folder / MANIFEST).read_text("utf-8").splitlines()
    now = sums(folder).splitlines()
    return sorted({line.split("  ")[1] for line in set(kept) ^ set(now)})
