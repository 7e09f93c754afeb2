"""`python -m infra.package --target aws|local [--service S]`: make the Lambda packages."""

import argparse
import sys
import time

from generated.catalogue import SERVICES
from infra.package.build import build
from infra.package.targets import PackageError, target


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.package", description=__doc__)
    parser.add_argument("--target", choices=("aws", "local"), default="aws")
    parser.add_argument("--service", choices=SERVICES, help="only this one")
    arguments = parser.parse_args()
    services = (arguments.service,) if arguments.service else SERVICES
    started_s = time.monotonic()

    def progress(what: str) -> None:
        sys.stdout.write(f"[{time.monotonic() - started_s:5.1f}s] {what}\n")
        sys.stdout.flush()

    try:
        build(services, target(arguments.target), progress)
    except PackageError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
