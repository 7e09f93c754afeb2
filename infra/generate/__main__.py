"""Generate everything that follows from specs/, or (`--check`) fail when files are stale."""

from __future__ import annotations

import argparse
import sys
import time

from infra.generate.outputs import render_all
from infra.generate.spec import ROOT, SpecError
from infra.generate.write import difference, write

TARGETS = ("generated", "docs/events/event-catalog.md", "docs/state-machines.md")


def main() -> int:
    arguments = argparse.ArgumentParser(prog="python -m infra.generate", description=__doc__)
    arguments.add_argument("--check", action="store_true", help="write nothing; exit 1 on drift")
    check = arguments.parse_args().check
    started = time.monotonic()
    try:
        files = render_all(progress=lambda step: print(f"  {step}", flush=True))  # noqa: T201
    except SpecError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    drift = difference(ROOT, files, TARGETS)
    took_s = time.monotonic() - started
    if check:
        return _report(drift)
    write(ROOT, files, drift)
    print(f"{len(files)} files, {len(drift)} changed, {took_s:.1f} s")  # noqa: T201
    return 0


def _report(drift: list[str]) -> int:
    if not drift:
        print("generated files match specs/")  # noqa: T201
        return 0
    print("generated files do not match specs/:", *drift, sep="\n  ", file=sys.stderr)  # noqa: T201
    print("run `make generate` and commit the result", file=sys.stderr)  # noqa: T201
    return 1


if __name__ == "__main__":
    sys.exit(main())
