"""Send every pair many new payloads, then run schemathesis against the real API.

The API runs on a local stack and is called as two users and an operator.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from infra.contracts.documents import OPENAPI, ROOT, SPECS
from infra.local.stack import PREFIX, LocalStack, Settings

Echo = Callable[[str], None]
CONFIG: Final = ROOT / "infra" / "contracts" / "schemathesis.toml"
PEOPLE: Final = ("alice", "bob", "olivia")
PAIRS: Final = ("tests/contracts/test_pairs_accept.py", "tests/contracts/test_pairs_refuse.py")
PAYLOADS: Final = 250  # of each pair, valid and invalid ones: about two minutes on two cores
PAIR_TIMEOUT_S: Final = 600  # of one pair, including the time to shrink a payload that fails
SEEDS: Final = 2**32
POISONS: Final = 5  # messages for operators to review
PARKED_TIMEOUT_S: Final = 30.0


def fuzz(*options: str, echo: Echo) -> int:
    """Return the exit code: 0 when every pair and every check of every request passed.

    The options are those of schemathesis: with any of them, only the API is fuzzed.
    """
    pairs = 0 if options else fuzz_pairs(secrets.randbelow(SEEDS), echo)
    return fuzz_api(options, echo) or pairs


def fuzz_pairs(seed: int, echo: Echo) -> int:
    """Run the pair tests with more payloads than `make test` does, and return their exit code."""
    payloads = os.environ.get("PAYLOADS_PER_PAIR", str(PAYLOADS))
    # One process per file: the payloads depend on the seed and on the modules loaded so far.
    how = ("-n2", "--dist=loadfile", f"--timeout={PAIR_TIMEOUT_S}", f"--hypothesis-seed={seed}")
    command = [sys.executable, "-m", "pytest", "-q", *how, *PAIRS]
    echo(f"every pair; repeat with: PAYLOADS_PER_PAIR={payloads} {shlex.join(command)}")
    return run(command, {**os.environ, "PAYLOADS_PER_PAIR": payloads})


def fuzz_api(options: Sequence[str], echo: Echo) -> int:
    """Run schemathesis on a local stack and return its exit code."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(Path(folder) / "stack", Settings(), progress=echo) as stack,
    ):
        stack.warm_up()
        create_data(stack)
        auth = Path(folder) / "auth.json"
        auth.write_text(json.dumps(identities(stack)), "utf-8")
        return schemathesis(stack.base_url, auth, options)


def run(command: Sequence[str], environment: Mapping[str, str], folder: Path = ROOT) -> int:
    return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


def identities(stack: LocalStack) -> dict[str, Any]:
    """Return the identities that requests are sent with, in the format of Web Fuzzing Commons."""
    return {
        "auth": [
            {
                "name": name,
                "fixedHeaders": [{"name": "Authorization", "value": f"Bearer {stack.token(name)}"}],
            }
            for name in PEOPLE
        ]
    }


def schemathesis(base_url: str, auth: Path, options: Sequence[str]) -> int:
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),  # for the hooks
        "FUZZ_URL": base_url,
        "FUZZ_AUTH": str(auth),
        "FUZZ_HOOKS": str(CONFIG.with_name("fuzz_hooks.py")),
    }
    program = [str(Path(sys.executable).parent / "schemathesis")]
    command = [*program, "--config-file", str(CONFIG), "run", str(SPECS / OPENAPI), *options]
    return run(command, environment, auth.parent)


def create_data(stack: LocalStack) -> None:
    """Create wallets, payments and failed events, so that requests find data that could leak."""
    with httpx.Client(base_url=stack.base_url, timeout=30, trust_env=False) as client:
        for name in ("alice", "bob"):
            for path, body in (
                ("/wallets/EUR/deposits", {"amount": _euros(100_000)}),
                ("/payments", {"amount": _euros(450), "payee": "coffee-shop-42"}),
            ):
                headers = {"Authorization": f"Bearer {stack.token(name)}", "Idempotency-Key": path}
                client.post(path, json=body, headers=headers).raise_for_status()
        _poison(stack)
        operator = {"Authorization": f"Bearer {stack.token('olivia')}"}
        for _ in _until(time.monotonic() + PARKED_TIMEOUT_S):
            parked = client.get("/failed-events", headers=operator).raise_for_status().json()
            if len(parked["items"]) >= POISONS:
                return
    raise TimeoutError("error-handler did not park what was sent to it; see the stack's logs")


def _euros(value: int) -> dict[str, Any]:
    return {"value": value, "currency": "EUR"}


def _poison(stack: LocalStack) -> None:
    sqs = stack.client("sqs")
    queue = sqs.get_queue_url(QueueName=f"{PREFIX}-wallet-service--payment-initiated")["QueueUrl"]
    for number in range(POISONS):
        sqs.send_message(QueueUrl=queue, MessageBody=f"not an event {number}")


def _until(deadline_s: float) -> Iterator[None]:
    while time.monotonic() < deadline_s:
        yield
        time.sleep(0.2)
