"""The gate: what changed since the newest release, and whether the version says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from infra.contracts.compat import changes
from infra.contracts.compat.change import Change
from infra.contracts.documents import (
    ASYNCAPI,
    GATEWAY,
    OPENAPI,
    RELEASED,
    ROOT,
    SPECS,
    Documents,
    ordered,
    read,
    releases,
)
from infra.contracts.node import run

Say = Callable[[str], None]
PLACES_MAX: Final = 3  # how many places one line names


def check(say: Say) -> int:
    """Compare specs/ with the newest release; 1 when something breaks or is not versioned."""
    known = releases()
    if not known:
        say("nothing is released yet: make release-contract VERSION=1.0.0")
        return 0
    newest = known[-1]
    old, new = read(RELEASED / newest), read()
    found = changes(old, new)
    problems = [*verdict(version_of(old), version_of(new), found), *second_opinion(newest, found)]
    for line in grouped([c for c in found if not c.breaking]):
        say(f"added since {newest}: {line}")
    for problem in problems:
        say(f"error: {problem}")
    if problems:
        say(f"{len(problems)} problems. Mend: {MEND}")
        return 1
    say(f"specs/ keeps every promise of {newest}")
    return 0


MEND: Final = (
    "undo what breaks, or make it as a new version beside the old (x.y.v2 of an event, a new field "
    "or route of the API); specs/README.md shows how"
)


def version_of(contract: Documents) -> str:
    return str(contract.openapi["info"]["version"])


def verdict(old: str, new: str, found: Sequence[Change]) -> Iterator[str]:
    """One line per breaking change; and what is wrong with the version, if anything."""
    breaking = [change for change in found if change.breaking]
    if ordered(new)[0] <= ordered(old)[0]:
        yield from (f"breaks {old}: {line}" for line in grouped(breaking))
    wanted = least_version(old, found)
    if ordered(new) < ordered(wanted) and not (breaking and ordered(new)[0] <= ordered(old)[0]):
        yield (
            f"the contract has changed since {old}, and info.version says {new}: "
            f"raise it to {wanted} in {ASYNCAPI} and {OPENAPI}"
        )


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


def second_opinion(newest: str, found: Sequence[Change]) -> Iterator[str]:
    """What `redocly diff` calls breaking in a document where our own comparison finds nothing."""
    for name in (ASYNCAPI, OPENAPI, GATEWAY):
        said = list(redocly(RELEASED / newest / name, SPECS / name))
        if said and not any(change.breaking for change in found):
            yield from (f"breaks {newest}: {line}" for line in said)


def redocly(base: Path, revision: Path) -> Iterator[str]:
    """The breaking changes that redocly sees between two documents, as lines."""
    done = run(
        *("redocly", "diff", str(base), str(revision)),
        *("--config", str(ROOT / "redocly.yaml"), "--format", "json", "--fail-on", "none"),
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        yield f"redocly broke: {(done.stderr or done.stdout).strip()[-500:]}"
        return
    for change in report["changes"]:
        for found in change["verdicts"]:
            if found["impact"] == "major":
                yield f"{revision.name} {change['path']}: {found['message']} ({found['ruleId']})"
