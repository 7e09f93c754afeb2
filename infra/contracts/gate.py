"""The gate: what changed since the newest release, and whether the versions allow it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.contracts import stateful
from infra.contracts.compat import changes
from infra.contracts.compat.change import Change
from infra.contracts.compat.stateful import Update, updates
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

Echo = Callable[[str], None]
PLACES_MAX: Final = 3  # beyond these, a line names the shared definition and the first of them
OWN: Final = f"{ASYNCAPI} and {OPENAPI}"  # one version, released together
BREAKS: Final = (
    "undo what breaks, or add it as a new version next to the old (x.y.v2 of an event, a new field "
    "or route of the API); specs/README.md shows how"
)
RAISE: Final = f"write that info.version into {OWN} of specs/, then make generate"
RAISE_GATEWAY: Final = f"write that info.version into specs/{GATEWAY}, then make generate"
SPLIT: Final = "deploy it in two releases, as shown above; infra/README.md explains it"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line about a change, with its fix; without one, the version allows the change."""

    line: str
    fix: str = ""


def check(echo: Echo, specs: Path = SPECS) -> int:
    """Compare specs/ and the template with the newest release; return 1 if a change is refused."""
    known = releases(specs / "released")
    if not known:
        echo("nothing is released yet: make release-contract VERSION=1.0.0")
        return 0
    release = specs / "released" / known[-1]
    old, new = read(release), read(specs)
    findings = [*contract_findings(old, new, echo), *_second(release, specs, old, new)]
    try:
        frozen = stateful.frozen(release)
    except ValueError as error:
        echo(f"error: {error}")
        return 1
    if frozen is None:
        echo(f"{known[-1]} froze no {stateful.FILE}: the template is compared from the next one on")
    else:
        found = list(updates(frozen, stateful.current()))
        findings += deployed(version_of(old), version_of(new), found, echo)
    return _report(version_of(old), version_of(new), findings, echo)


def contract_findings(old: Documents, new: Documents, echo: Echo) -> Iterator[Finding]:
    """Judge each contract's changes by its own version; additions are only printed."""
    found = changes(old, new)
    own = [change for change in found if change.document != GATEWAY]
    theirs = gateway_changes(found)
    was, now = version_of(old), version_of(new)
    for line in grouped([c for c in found if not c.breaking]):
        echo(f"added since {was}: {line}")
    yield from verdict(was, now, own)
    yield from verdict(*gateway_versions(old, new), theirs, document=GATEWAY)
    if theirs and not own and ordered(now) <= ordered(was):
        yield _too_small(was, now, next_patch(was), OWN)


def gateway_changes(found: Sequence[Change]) -> list[Change]:
    """Return the changes of the gateway's contract, except that of its version."""
    version = f"{GATEWAY}.info.version"
    return [c for c in found if c.document == GATEWAY and c.where != version]


def gateway_versions(old: Documents, new: Documents) -> tuple[str, str]:
    was, now = (str(contract.gateway["info"]["version"]) for contract in (old, new))
    return was, now


def _second(release: Path, specs: Path, old: Documents, new: Documents) -> Iterator[Finding]:
    for line in second_opinion(release, specs, changes(old, new)):
        if line.startswith(GATEWAY):
            yield _breaks(*gateway_versions(old, new), line, GATEWAY)
        else:
            yield _breaks(version_of(old), version_of(new), line)


def deployed(was: str, now: str, found: Sequence[Update], echo: Echo) -> Iterator[Finding]:
    """Judge what a deployment does to the stack of the previous release."""
    for update in found:
        match update.effect:
            case "in place":
                echo(f"updated in place since {was}: {update}")
            case "refused":
                yield Finding(f"CloudFormation refuses this after {was}: {update}", SPLIT)
            case "lost" if ordered(now)[0] > ordered(was)[0]:
                yield Finding(f"loses what {was} holds, allowed by {now}: {update}")
            case "lost":
                yield Finding(f"loses what {was} holds: {update}", SPLIT)


def _report(was: str, now: str, findings: Sequence[Finding], echo: Echo) -> int:
    for finding in findings:
        echo(f"error: {finding.line}" if finding.fix else finding.line)
    problems = [finding for finding in findings if finding.fix]
    if problems:
        echo(f"problems: {len(problems)}")
        for fix in dict.fromkeys(problem.fix for problem in problems):
            echo(f"Fix: {fix}")
        return 1
    if findings:
        echo(f"specs/ breaks promises of {was} ({len(findings)}), as the new major version may")
        return 0
    echo(f"specs/ keeps every promise of {was}")
    return 0


def version_of(contract: Documents) -> str:
    return str(contract.openapi["info"]["version"])


def verdict(
    old: str, new: str, found: Sequence[Change], *, document: str = OWN
) -> Iterator[Finding]:
    """Yield one finding per breaking change, and one if the version is too small."""
    breaking = grouped([change for change in found if change.breaking])
    breaks = [_breaks(old, new, line, document) for line in breaking]
    yield from breaks
    wanted = least_version(old, found)
    if ordered(new) < ordered(wanted) and not breaks:
        yield _too_small(old, new, wanted, document)


def _too_small(old: str, new: str, wanted: str, document: str) -> Finding:
    of, fix = (f" of {GATEWAY}", RAISE_GATEWAY) if document == GATEWAY else ("", RAISE)
    return Finding(f"info.version {new}{of} is too small after {old}: raise it to {wanted}", fix)


def _breaks(old: str, new: str, line: str, document: str = OWN) -> Finding:
    """Return the finding of a break, which only a new major version allows."""
    of = f" of {GATEWAY}" if document == GATEWAY else ""
    if ordered(new)[0] > ordered(old)[0]:
        return Finding(f"breaks {old}{of}, allowed by {new}: {line}")
    return Finding(f"breaks {old}{of}: {line}", BREAKS)


def least_version(old: str, found: Sequence[Change]) -> str:
    """Return the smallest version that these changes may have."""
    major, minor, _ = ordered(old)
    if any(change.breaking for change in found):
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if found else old


def next_patch(old: str) -> str:
    """Return the version of a release in which only the gateway's contract changed."""
    major, minor, patch = ordered(old)
    return f"{major}.{minor}.{patch + 1}"


def grouped(found: Sequence[Change]) -> Iterator[str]:
    """Yield one line per change; a change of a shared definition is one line that names it."""
    places: dict[tuple[str, str, bool], list[Change]] = {}
    for change in found:
        key = (change.what, change.shared or change.where, change.breaking)
        places.setdefault(key, []).append(change)
    for (what, _, breaking), group in places.items():
        where = _where(group)
        names = dict.fromkeys(name for change in group for name in change.hurt.split(", "))
        yield f"{what}, at {where}" + (f" [hurts {', '.join(names)}]" if breaking else "")


def _where(group: Sequence[Change]) -> str:
    """Return the places of one change; of many, their shared definition and the first of them."""
    places = list(dict.fromkeys(change.where for change in group))
    if len(places) <= PLACES_MAX:
        return ", ".join(places)
    first = ", ".join(places[:PLACES_MAX])
    return f"{group[0].shared} ({len(places)} places: {first}, …)"


def second_opinion(release: Path, specs: Path, found: Sequence[Change]) -> Iterator[str]:
    """Yield what `redocly diff` calls breaking where our comparison finds no break."""
    broken = {change.document for change in found if change.breaking}
    for name in (ASYNCAPI, OPENAPI, GATEWAY):
        if name not in broken:
            yield from redocly(release / name, specs / name)


def redocly(base: Path, revision: Path) -> Iterator[str]:
    """Yield the breaking changes that redocly finds between two documents. Raises ToolError."""
    done = run(
        *("redocly", "diff", str(base), str(revision)),
        *("--config", str(ROOT / "redocly.yaml"), "--format", "json", "--fail-on", "none"),
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        output = (done.stderr or done.stdout).strip()[-500:]
        raise ToolError(f"redocly failed: {output}") from error
    for change in report["changes"]:
        for found in change["verdicts"]:
            if found["impact"] == "major":
                yield f"{revision.name} {change['path']}: {found['message']} ({found['ruleId']})"
