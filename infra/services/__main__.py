"""`python -m infra.services`: name everything that a service of the contract still lacks.

Exits with 1 when something is missing, with `--remind` never. `create NAME` lays out the files of a
new service first.
"""

import argparse
import sys

from infra.generate.spec import SpecError
from infra.services.create import create
from infra.services.missing import missing
from infra.services.project import read_project
from infra.services.shape import Refused


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.services", description=__doc__)
    parser.add_argument("--remind", action="store_true", help="print, and succeed all the same")
    commands = parser.add_subparsers(dest="command")
    creating = commands.add_parser("create", help="lay out the files of a new service")
    creating.add_argument("name", help="as in x-service, such as receipt-sender")
    arguments = parser.parse_args()
    try:
        if arguments.command == "create":
            sys.stdout.write("".join(f"  {path}\n" for path in create(arguments.name)))
            sys.stdout.flush()
        found = missing(read_project())
    except (SpecError, Refused) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if found:
        sys.stderr.write("\n".join(["Still to be written:", *(f"  {one}" for one in found), ""]))
    return int(bool(found) and not arguments.remind and arguments.command is None)


if __name__ == "__main__":
    sys.exit(main())
