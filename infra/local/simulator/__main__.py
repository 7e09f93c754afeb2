"""`python -m infra.local.simulator --port 8090 --state-dir .local/gateway --api-key KEY`."""

import argparse
import contextlib
import sys
from pathlib import Path

from infra.local.simulator.app import FAULTY_ATTEMPTS, HOLD_S, SLOW_S, Options
from infra.local.simulator.server import SimulatorServer, listen


def main() -> int:
    arguments = _arguments()
    try:
        listener = listen(arguments.port)
    except OSError as fault:
        sys.stderr.write(f"port {arguments.port} cannot be used ({fault}): choose another --port\n")
        return 1
    options = Options(
        state_dir=arguments.state_dir,
        api_key=arguments.api_key,
        slow_s=arguments.slow_s,
        hold_s=arguments.hold_s,
        faulty_attempts=arguments.faulty_attempts,
    )
    # After a clean stop uvicorn raises the signal that stopped it again.
    with contextlib.suppress(KeyboardInterrupt):
        SimulatorServer(options, _announce).run(sockets=[listener])
    return 0


def _announce(address: str) -> None:
    sys.stdout.write(f"gateway simulator listening on {address}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local.simulator",
        description="The external gateway for local use; docs/gateway-simulator.md explains it.",
    )
    add = parser.add_argument
    add("--port", type=int, required=True, help="0 takes a free one")
    add("--state-dir", type=Path, required=True, help="where the books are kept")
    add("--api-key", required=True, help="what clients send as bearer token")
    add("--slow-s", type=float, default=SLOW_S, help="how long payee_slow takes (%(default)s)")
    add("--hold-s", type=float, default=HOLD_S, help="how long a held request waits (%(default)s)")
    add(
        "--faulty-attempts",
        type=int,
        default=FAULTY_ATTEMPTS,
        help="how many charge requests of one key a passing fault spoils (%(default)s)",
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
