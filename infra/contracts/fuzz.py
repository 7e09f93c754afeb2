"""Run schemathesis against the real API on a local stack, as two users and an operator."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import httpx

from infra.contracts.documents import OPENAPI, ROOT, SPECS
from infra.local.stack import PREFIX, LocalStack, Settings

Say = Callable[[str], None]
CONFIG: Final = ROOT / "infra" / "contracts" / "schemathesis.toml"
PEOPLE: Final = ("alice", "bob", "olivia")
POISONS: Final = 5  # messages for operators to review
PARKED_TIMEOUT_S: Final = 30.0


def fuzz(*options: str, say: Say) -> int:
    """The exit code of schemathesis: 0 when every check of every request held."""
    with (
        tempfile.TemporaryDirectory() as folder,
        LocalStack(Path(folder) / "stack", Settings(), say=say) as stack,
    ):
        stack.warm_up()
        furnish(stack)
        auth = Path(folder) / "auth.json"
        auth.write_text(json.dumps(identities(stack)), "utf-8")
        return schemathesis(stack.base_url, auth, options)


def identities(stack: LocalStack) -> dict[str, Any]:
    """Who may be sent as, in the format of Web Fuzzing Commons."""
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
    return subprocess.run(command, cwd=auth.parent, env=environment, check=False).returncode


def furnish(stack: LocalStack) -> None:
    """Wallets, payments and failed events, so that there is something to find, and to leak."""
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
        sqs.send_message(QueueUrl=queue, MessageBody=f"no event {number}")


def _until(deadline_s: float) -> Iterator[None]:
    while time.monotonic() < deadline_s:
        yield
        time.sleep(0.2)
