"""The gateway simulator over HTTP: its records, its controls, and one that runs alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from handlers.gateway_processor.http_gateway import HttpGateway, Limits

API_KEY: Final = "sk_test_9f8e7d6c5b4a"
TIMEOUT_S: Final = 20.0
STARTED: Final = "gateway simulator listening on "
PATIENT: Final = Limits(read_timeout_s=TIMEOUT_S, call_timeout_s=TIMEOUT_S)


@dataclass(frozen=True, slots=True)
class Simulator:
    """A running simulator."""

    url: str
    http: httpx.Client

    @classmethod
    def at(cls, url: str, api_key: str) -> Simulator:
        headers = {"Authorization": f"Bearer {api_key}"}
        limits = httpx.Limits(max_keepalive_connections=0)  # so nothing is left to be closed
        http = httpx.Client(
            base_url=url, headers=headers, timeout=TIMEOUT_S, limits=limits, trust_env=False
        )
        return cls(url, http)

    def charges(self, payment_id: str) -> int:
        """Return how often the payment was charged, be it never asked about."""
        return sum(int(row["charged"]) for row in self._rows(payment_id))

    def recorded(self, key: str) -> dict[str, Any]:
        """Return what the gateway has recorded about a key."""
        (row,) = self._rows(key)
        return row

    def _rows(self, key: str) -> list[dict[str, Any]]:
        answer = self.http.get("/simulator/charges", params={"idempotency_key": key})
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["charges"]
        return rows

    def totals(self) -> dict[str, Any]:
        totals: dict[str, Any] = self.http.get("/simulator/charges").json()["totals"]
        return totals

    def release(self) -> int:
        """Let every held request go on. Return how many, when they are done."""
        released: int = self.http.post("/simulator/holds/release").json()["released"]
        return released

    def outage(self, mode: str) -> None:
        self.http.put("/simulator/outage", json={"mode": mode}).raise_for_status()

    def reset(self) -> None:
        self.http.post("/simulator/reset").raise_for_status()

    def gateway(self, limits: Limits = PATIENT, api_key: str = API_KEY) -> HttpGateway:
        """Return the real adapter, which never sleeps."""
        return HttpGateway(self.url, lambda: api_key, limits=limits, sleep=lambda _s: None)


@contextmanager
def running_simulator(
    state_dir: Path, *options: str
) -> Iterator[tuple[subprocess.Popen[str], Simulator]]:
    """Run a simulator in a process of its own."""
    command = [sys.executable, "-m", "infra.local.simulator", "--port", "0"]
    command += ["--state-dir", str(state_dir), "--api-key", API_KEY, *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline().strip()
        assert line.startswith(f"{STARTED}http://127.0.0.1:")
        yield process, Simulator.at(line.removeprefix(STARTED), API_KEY)
    finally:
        process.kill()
        process.communicate()
