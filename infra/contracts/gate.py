"""The gate: what changed since the newest release, and whether the version says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.contracts.compat import changes
from infra.contracts.compat.change import Change
from infra.contracts.documents import (
    ASYNCAPI,
    GATEWAY,
    OPENAPI,
    ROOT,
    SPECS,
    Documents,
    ordered,
    read,
    releases,
)
from infra.contracts.node import ToolError, run

Say = Callable[[str], None]
PLACES_MAX: Final = 3  # how many places one line names
BREAKS: Final = (
    "undo what breaks, or make it as a new version beside the old (x.y.v2 of an event, a new field "
    "or route of the API); specs/README.md shows how"
)
RAISE: Final = (
    f"write that info.version into {ASYNCAPI} and {OPENAPI} of specs/, then make generate"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line about what changed; without a mend, the version allows it."""

    line: str
    mend: str = ""


def check(say: Say, specs: Path = SPECS) -> int:
    """Compare specs/ with its newest release; 1 when something breaks or is not versioned."""
    known = releases(specs / "released")
    if not known:
        say("nothing is released yet: make release-contract VERSION=1.0.0")
        return 0
    release = specs / "released" / known[-1]
    old, new = read(release), read(specs)
    found = changes(old, new)
    was, now = version_of(old), version_of(new)
    for line in grouped([c for c in found if not c.breaking]):
        say(f"added since {was}: {line}")
    findings = list(verdict(was, now, found))
    findings += [_breaks(was, now, line) for line in second_opinion(release, specs, found)]
    return _tell(was, now, findings, say)


def _tell(was: str, now: str, findings: Sequence[Finding], say: Say) -> int:
    for finding in findings:
        say(f"error: {finding.line}" if finding.mend else finding.line)
    problems = [finding for finding in findings if finding.mend]
    if problems:
        say(f"problems: {len(problems)}")
        for mend in dict.fromkeys(problem.mend for problem in problems):
            say(f"Mend: {mend}")
        return 1
    if findings:
        say(f"specs/ breaks promises of {was} ({len(findings)}), as the new major {now} may")
        return 0
    say(f"specs/ keeps every promise of {was}")
    return 0


def version_of(contract: Documents) -> str:
    return str(contract.openapi["info"]["version"])


def verdict(old: str, new: str, found: Sequence[Change]) -> Iterator[Finding]:
    """One line per breaking change; and what is wrong with the version, if anything."""
    breaks = [_breaks(old, new, line) for line in grouped([c for c in found if c.breaking])]
    yield from breaks
    wanted = least_version(old, found)
    if ordered(new) < ordered(wanted) and not breaks:
        yield Finding(f"info.version {new} is too small after {old}: raise it to {wanted}", RAISE)


def _breaks(old: str, new: str, line: str) -> Finding:
    """A break, which only a new major version allows."""
    if ordered(new)[0] > ordered(old)[0]:
        return Finding(f"breaks {old}, allowed by {new}: {line}")
    return Finding(f"breaks {old}: {line}", BREAKS)


def least_version(old: str, found: Sequence[Change]) -> str:
    """The smallest version that these changes may have."""
    major, minor, _ = ordered(old)
    if any(change.breaking for change in found):
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if found else old


def grouped(found: Sequence[Change]) -> Iterator[str]:
    """One line per change; a change of something shared is one, wherever it shows."""
    places: dict[tuple[str, str, bool], list[Change]] = {}
    for change in found:
        last = change.where.rpartition(".")[2].rpartition(" ")[2]
        places.setdefault((change.what, last, change.breaking), []).append(change)
    for (what, _, breaking), group in places.items():
        where = ", ".join(change.where for change in group[:PLACES_MAX])
        if len(group) > PLACES_MAX:
            where += f" and {len(group) - PLACES_MAX} more places"
        names = dict.fromkeys(name for change in group for name in change.hurt.split(", "))
        yield f"{what}, at {where}" + (f" [hurts {', '.join(names)}]" if breaking else "")


def second_opinion(release: Path, specs: Path, found: Sequence[Change]) -> Iterator[str]:
    """What `redocly diff` calls breaking in a document where our own comparison finds nothing."""
    broken = {change.document for change in found if change.breaking}
    for name in (ASYNCAPI, OPENAPI, GATEWAY):
        if name not in broken:
            yield from redocly(release / name, specs / name)


def redocly(base: Path, revision: Path) -> Iterator[str]:
    """The breaking changes that redocly sees between two documents, as lines. Raises ToolError."""
    done = run(
        *("redocly", "diff", str(base), str(revision)),
        *("--config", str(ROOT / "redocly.yaml"), "--format", "json", "--fail-on", "none"),
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        said = (done.stderr or done.stdout).strip()[-500:]
        raise ToolError(f"redocly broke: {said}") from error
    for change in report["changes"]:
        for found in change["verdicts"]:
            if found["impact"] == "major":
                yield f"{revision.name} {change['path']}: {found['message']} ({found['ruleId']})"
