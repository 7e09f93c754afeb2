"""The scanners, each as what it finds. They live in `.venv-scan`, apart from what they look at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from infra.scan.accepted import Finding
from infra.scan.policies import policies
from infra.template import build_template

ROOT: Final = Path(__file__).resolve().parents[2]
TEMPLATE: Final = ROOT / "build" / "template.json"
CODE: Final = ("handlers", "infra", "generated/clients/python")
TIMEOUT_S: Final = 300
# They look for newer versions of themselves, and warn about their own dependencies.
QUIET: Final = {"PYTHONWARNINGS": "ignore", "LOG_LEVEL": "ERROR", "BC_SKIP_MAPPING": "TRUE"}


class ScanError(Exception):
    """A scanner could not do its work; the message names the fix."""


def checkov() -> Iterator[Finding]:
    """The template, by about a hundred rules of good practice."""
    TEMPLATE.parent.mkdir(exist_ok=True)
    TEMPLATE.write_text(build_template().to_json())
    options = ("--framework", "cloudformation", "--skip-download", "--compact", "--quiet")
    report = _json("checkov", "--file", str(TEMPLATE), *options, "--output", "json")
    if report["summary"]["resource_count"] == 0 or report["summary"]["parsing_errors"]:
        raise ScanError(f"checkov did not read {TEMPLATE}: {report['summary']}")
    for check in report["results"]["failed_checks"]:
        yield Finding("checkov", check["check_id"], check["resource"], check["check_name"])


def parliament() -> Iterator[Finding]:
    """The policy of every role: unknown actions, resources that an action does not take."""
    with tempfile.TemporaryDirectory() as folder:
        for number, (role, policy) in enumerate(policies()):  # a role may have several
            (Path(folder) / f"{number}.{role}.json").write_text(policy)
        lines = _run("parliament", "--json", "--directory", folder).splitlines()
    for found in map(json.loads, lines):
        role = Path(found["location"]["filepath"]).stem.partition(".")[2]
        where = f"{role} {json.dumps(found['detail'])}"
        yield Finding("parliament", found["issue"], where, found["title"])


def bandit() -> Iterator[Finding]:
    """The code, by patterns of known mistakes."""
    paths = [str(ROOT / path) for path in CODE]
    for result in _json("bandit", "--quiet", "--recursive", *paths, "--format", "json")["results"]:
        where = Path(result["filename"]).relative_to(ROOT)
        text = f"line {result['line_number']}: {result['issue_text']}"
        yield Finding("bandit", result["test_id"], str(where), text)


SCANNERS: Final[Mapping[str, Callable[[], Iterator[Finding]]]] = {
    "checkov": checkov,
    "parliament": parliament,
    "bandit": bandit,
}


def _json(tool: str, *arguments: str) -> Any:
    text = _run(tool, *arguments)
    try:
        return json.loads(text)
    except ValueError:
        raise ScanError(f"{tool} did not answer in JSON, but: {text[:500]}") from None


def _run(tool: str, *arguments: str) -> str:
    """What the tool prints. It exits with 1 when it found something."""
    command = [str(environment() / "bin" / tool), *arguments]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
        cwd=ROOT,
        env={**os.environ, **QUIET},
    )
    # One that broke exits with 1 as well, and would seem to have found nothing.
    broke = done.returncode not in (0, 1) or "Traceback (most recent call last)" in done.stderr
    if broke or (done.returncode and not done.stdout.strip()):
        raise ScanError(f"{tool} exited {done.returncode}: {done.stderr[-500:]}")
    return done.stdout


def environment() -> Path:
    """`.venv-scan`, beside the environment that runs this."""
    here = Path(sys.prefix)
    found = here.with_name(here.name.replace(".venv", ".venv-scan", 1))
    if not (found / "bin").exists():
        raise ScanError(f"The scanners are not installed beside {here}. Fix: make security")
    return found
