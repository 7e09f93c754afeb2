"""`python -m infra.scan`: every scanner; exits with 1 for a finding that is not accepted."""

from __future__ import annotations

import sys

from infra.scan.accepted import judge
from infra.scan.scanners import SCANNERS, ScanError


def main() -> int:
    findings = []
    try:
        for name, scan in SCANNERS.items():
            found = list(scan())
            sys.stdout.write(f"{name}: {len(found)} findings\n")
            findings += found
    except ScanError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    open_ones, unused = judge(findings)
    for one in open_ones:
        sys.stdout.write(f"NOT ACCEPTED {one.scanner} {one.rule} {one.where}: {one.text}\n")
    for entry in unused:
        sys.stdout.write(f"ACCEPTED FOR NOTHING {entry.rule} {entry.where}: take it out\n")
    sys.stdout.write(f"{len(findings) - len(open_ones)} accepted with a reason, ")
    sys.stdout.write(f"{len(open_ones)} not: see infra/scan/accepted.py\n")
    return 1 if open_ones or unused else 0


if __name__ == "__main__":
    sys.exit(main())
