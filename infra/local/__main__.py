"""`python -m infra.local run|token|demo|reset`: the system on this machine."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing

from infra.deploy.aws import DeployError
from infra.local import home, people
from infra.local.clients import LocalAws
from infra.local.demo import demo
from infra.local.home import Home, Running
from infra.local.ministack import answers, end_orphans
from infra.local.processes import LocalError
from infra.local.run import run
from infra.package.targets import PackageError


def main() -> int:
    arguments = _arguments()
    try:
        match arguments.command:
            case "run":
                return run(arguments.port, arguments.expiry_s)
            case "token":
                sys.stdout.write(f"{_token(arguments)}\n")
            case "demo":
                return demo(_running())
            case _:
                _reset()
    except (LocalError, DeployError, PackageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("run", help="start everything")
    start.add_argument("--port", type=int, default=8080)
    start.add_argument("--expiry-s", type=_expiry, default=900, help="1 to 900")
    token = commands.add_parser("token", help="print a bearer token")
    who = token.add_mutually_exclusive_group()
    who.add_argument("--user", choices=people.PEOPLE, default="alice")
    who.add_argument("--role", choices=people.OF_ROLE)
    commands.add_parser("demo", help="pay once in each way a payment can end")
    commands.add_parser("reset", help="forget the local state")
    return parser.parse_args()


def _expiry(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 900:
        raise argparse.ArgumentTypeError("EXPIRY_S is a number of seconds from 1 to 900")
    return int(text)


def _running() -> Running:
    """The stack that runs. Raises LocalError when none does."""
    running = Home(home.DEFAULT).running()
    if running is None or not answers(f"{running.endpoint}/_ministack/health"):
        raise LocalError("The local stack does not run. Fix: make run (in another terminal)")
    return running


def _token(arguments: argparse.Namespace) -> str:
    running = _running()
    name = people.OF_ROLE[arguments.role] if arguments.role else arguments.user
    with closing(LocalAws(running.endpoint)) as aws:
        return people.token(aws, Home(home.DEFAULT), running.outputs, name)


def _reset() -> None:
    here = Home(home.DEFAULT)
    with here.lock():
        end_orphans(here)
        here.forget()
    sys.stdout.write("The local state is deleted.\n")


if __name__ == "__main__":
    sys.exit(main())
