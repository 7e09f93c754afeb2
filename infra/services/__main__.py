"""`python -m infra.services`: name everything that a service of the contract still lacks.

Exits with 1 when something is missing, with `--remind` never.
"""

import argparse
import sys

from infra.generate.spec import SpecError
from infra.services.missing import missing
from infra.services.project import read_project


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.services", description=__doc__)
    parser.add_argument("--remind", action="store_true", help="print, and succeed all the same")
    remind = parser.parse_args().remind
    try:
        found = missing(read_project())
    except SpecError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if found:
        sys.stderr.write("\n".join(["Still to be written:", *(f"  {one}" for one in found), ""]))
    return int(bool(found) and not remind)


if __name__ == "__main__":
    sys.exit(main())
