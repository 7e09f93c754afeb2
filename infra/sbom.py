"""`python -m infra.sbom`: what each lock brings, as CycloneDX documents in build/sbom/.

Each component carries the hashes that the lock allows, so an auditor can compare them with what is
installed. `runtime` is what ships to AWS; the others stay on developers' machines and in CI.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from infra.scan.scanners import ScanError, environment

ROOT: Final = Path(__file__).resolve().parents[1]
LOCKS: Final = ROOT / "infra" / "requirements"
OUTPUT: Final = ROOT / "build" / "sbom"
PINNED: Final = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


class SbomError(Exception):
    """A document could not be made; the message names the fix."""


def main() -> int:
    OUTPUT.mkdir(parents=True, exist_ok=True)
    try:
        for lock in sorted(LOCKS.glob("*.txt")):
            made = OUTPUT / f"{lock.stem}.cdx.json"
            sys.stdout.write(f"{made.relative_to(ROOT)}: {document(lock, made)} components\n")
    except (SbomError, ScanError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def document(lock: Path, made: Path) -> int:
    """Write the document of a lock; how many components it has. Raises SbomError."""
    tool = environment() / "bin" / "cyclonedx-py"
    options = ["--output-reproducible", "--sv", "1.6", "--pyproject", str(ROOT / "pyproject.toml")]
    command = [str(tool), "requirements", *options, "-o", str(made), str(lock)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SbomError(f"{tool.name} exited {done.returncode}: {done.stderr[-500:]}")
    return checked(lock.read_text(), json.loads(made.read_text()))


def checked(lock: str, made: Any) -> int:
    """How many components there are. Raises SbomError when one of the lock's is not, or bare."""
    pinned = set(PINNED.findall(lock))
    hashed = {
        component["name"]
        for component in made["components"]
        if any(reference.get("hashes") for reference in component.get("externalReferences", []))
    }
    if missing := pinned - hashed:
        raise SbomError(f"without a component with hashes: {', '.join(sorted(missing))}")
    return len(made["components"])


if __name__ == "__main__":
    sys.exit(main())
