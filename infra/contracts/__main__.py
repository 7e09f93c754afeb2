"""Lint, compare, freeze and mutate the contracts: `python -m infra.contracts --help`."""

from __future__ import annotations

import argparse
import sys

from infra.contracts.node import ToolError


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.contracts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("lint", help="parsers, linters and rules: 0 errors")
    commands.add_parser("compat", help="compare specs/ and the template with the newest release")
    release = commands.add_parser("release", help="freeze specs/ as a released version")
    release.add_argument("version")
    release.add_argument(
        "--again", action="store_true", help="replace a frozen version that no service uses yet"
    )
    mutants = commands.add_parser("mutants", help="check that each change of specs/ is noticed")
    mutants.add_argument("--sample", type=int, help="try only this many")
    mutants.add_argument("--seed", type=int, help="selects the sample; default: the commit")
    mutants.add_argument("--jobs", type=int, help="processes; default: one per core")
    commands.add_parser(
        "fuzz", help="send new payloads to every pair, then run schemathesis against the API"
    )
    arguments, options = parser.parse_known_args()
    if options and arguments.command != "fuzz":
        parser.error(f"unknown: {' '.join(options)}")
    try:
        return _run(arguments, options)
    except ToolError as error:
        echo(f"error: {error}")
        return 1


def _run(arguments: argparse.Namespace, options: list[str]) -> int:
    # Imported here because each command needs other modules, and some are slow to import.
    match arguments.command:
        case "fuzz":  # unknown options are options of schemathesis
            from infra.contracts.fuzz import fuzz

            return fuzz(*options, echo=echo)
        case "lint":
            return _lint()
        case "compat":
            from infra.contracts.gate import check

            return check(echo)
        case "release":
            from infra.contracts.release import freeze

            return freeze(arguments.version, again=arguments.again, echo=echo)
        case _:
            from infra.contracts.mutants.run import report

            return report(arguments.sample, arguments.seed, arguments.jobs, echo)


def _lint() -> int:
    from infra.contracts.lint import LINTERS

    errors = 0
    for name, linter in LINTERS.items():
        found = list(linter())
        errors += len(found)
        echo(f"{name}: {len(found)} errors")
        for line in found:
            echo(f"  {line}")
    return 1 if errors else 0


def echo(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command line tool


if __name__ == "__main__":
    sys.exit(main())
