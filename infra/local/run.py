"""`make run`: start everything, print how to use it, show the events, and stop cleanly."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from botocore.exceptions import BotoCoreError

from infra.local import home
from infra.local.funding import fund
from infra.local.home import ROOT, Home
from infra.local.processes import LocalError, Program, start
from infra.local.stack import PREFIX, LocalStack, Settings
from infra.local.tap import Tap, line
from infra.services.missing import missing
from infra.services.project import read_project

DOCS_STOP_TIMEOUT_S = 5.0
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
HOW_TO = """
Ready after {seconds:.0f} s.

  API     {url}
  Docs    {docs}
  People  alice has USD 1,000.00 and EUR 500.00; bob has nothing; olivia is an operator

  TOKEN=$(make -s token USER=alice)
  curl -s {url}/payments -H "Authorization: Bearer $TOKEN" -H "Idempotency-Key: $(date +%s)" \\
    -H 'Content-Type: application/json' \\
    -d '{{"amount": {{"value": 450, "currency": "EUR"}}, "payee": "coffee-shop-42"}}'
  curl -s {url}/wallets -H "Authorization: Bearer $TOKEN"
  make demo

Events (Ctrl-C stops everything and keeps the state):
"""


def run(port: int, expiry_s: int) -> int:
    """Run until it is stopped. Raises LocalError when it cannot start."""
    started_s = time.monotonic()
    if lacking := missing(read_project()):
        raise LocalError("\n".join(["Still to be written:", *(f"  {one}" for one in lacking)]))

    def progress(what: str) -> None:
        _write(f"[{time.monotonic() - started_s:5.1f}s] {what}\n")

    for number in STOPPING:
        signal.signal(number, _stop_once)
    stack = LocalStack(home.DEFAULT, Settings(port=port, expiry_s=expiry_s), progress)
    try:
        with stack:
            progress("starting every function, and giving alice some money")
            stack.warm_up()
            fund(stack, "alice")
            docs = stack.base_url.replace("/v1", "/docs")
            seconds = time.monotonic() - started_s
            _write(HOW_TO.format(seconds=seconds, url=stack.base_url, docs=docs))
            with _docs_being_built(stack.home):
                _show_events(stack)
    except KeyboardInterrupt:
        progress("stopped; the state is kept in .local (make reset forgets it)")
    return 0


def _stop_once(_number: int, _frame: FrameType | None) -> None:
    """Begin to stop. What follows saves the state, so nothing may interrupt that."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)
    _write("\nstopping: finishing what was begun, saving the state\n")
    raise KeyboardInterrupt


@contextmanager
def _docs_being_built(where: Home) -> Iterator[None]:
    """Build the site of /docs in the background: /docs shows it as soon as it is ready."""
    make = Program(
        name="docs",
        command=("make", "--silent", "docs"),
        environment=os.environ,
        directory=ROOT,
        log=where.log("docs"),
        marker="make",
    )
    try:
        building = start(make)
    except OSError:  # run without make: /docs shows its simple page
        yield
        return
    try:
        yield
    finally:
        building.stop(DOCS_STOP_TIMEOUT_S)


def _show_events(stack: LocalStack) -> None:
    tap = Tap(stack.aws, stack.outputs["EventBusName"], f"{PREFIX}-tap")
    try:
        tap.open()
        for seen in tap.passing():
            stack.check()
            if seen:
                _write(f"{line(seen)}\n")
    except BotoCoreError as error:
        stack.check()
        raise LocalError(f"The local AWS does not answer: {error}") from error


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
