"""Build the site from the contracts and the documents."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from infra.generate.spec import ROOT, SpecError
from infra.site.build import SiteError, build


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.site", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "build/site", help="replaced as a whole")
    arguments = parser.parse_args()
    try:
        pages = build(arguments.out)
    except (SiteError, SpecError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    print(f"{pages} pages; open {arguments.out / 'index.html'}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
