"""A gateway simulator that runs for the tests, and what tests ask of it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from handlers.gateway_processor.gateway import ChargeRequest
from handlers.gateway_processor.http_gateway import HttpGateway, Limits
from infra.local.simulator.app import Options
from infra.local.simulator.server import SimulatorServer, listen

API_KEY = "sk_test_9f8e7d6c5b4a"
# A held request stays held until the test lets it go: nothing here depends on how fast this
# machine is, only on the client giving up first.
HELD_S = 60.0
IMPATIENT = Limits(
    connect_timeout_s=2.0,
    read_timeout_s=0.25,
    call_timeout_s=5.0,
    inquiry_attempts_max=2,
    circuit_failures_max=100,
)
PATIENT = Limits(read_timeout_s=20.0, call_timeout_s=20.0)


@dataclass(frozen=True, slots=True)
class Simulator:
    """The running simulator."""

    url: str
    http: httpx.Client

    def books(self, key: str) -> dict[str, Any]:
        """What the gateway has in its books about a key."""
        answer = self.http.get("/simulator/charges", params={"idempotency_key": key})
        rows: list[dict[str, Any]] = answer.raise_for_status().json()["charges"]
        assert len(rows) == 1, f"{key} was never asked about"
        return rows[0]

    def totals(self) -> dict[str, Any]:
        totals: dict[str, Any] = self.http.get("/simulator/charges").json()["totals"]
        return totals

    def release(self) -> int:
        """Let every held request go on; returns how many, when they are done."""
        released: int = self.http.post("/simulator/holds/release").json()["released"]
        return released

    def outage(self, mode: str) -> None:
        self.http.put("/simulator/outage", json={"mode": mode}).raise_for_status()

    def reset(self) -> None:
        self.http.post("/simulator/reset").raise_for_status()

    def gateway(self, limits: Limits = PATIENT, api_key: str = API_KEY) -> HttpGateway:
        """The real adapter. It never sleeps."""
        return HttpGateway(self.url, lambda: api_key, limits=limits, sleep=lambda _s: None)


@contextmanager
def running_simulator(state_dir: Path) -> Iterator[Simulator]:
    """Served by a thread of this process."""
    addresses: list[str] = []
    ready = threading.Event()

    def on_ready(address: str) -> None:
        addresses.append(address)
        ready.set()

    options = Options(state_dir=state_dir, api_key=API_KEY, slow_s=0.05, hold_s=HELD_S)
    listener = listen(0)
    server = SimulatorServer(options, on_ready)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert ready.wait(20), "the simulator did not start"
        headers = {"Authorization": f"Bearer {API_KEY}"}
        with httpx.Client(base_url=addresses[0], headers=headers, timeout=20) as http:
            yield Simulator(addresses[0], http)
    finally:
        server.should_exit = True
        thread.join(20)
        listener.close()


def a_request(payee: str, key: str = "pay_1", value: int = 12_550) -> ChargeRequest:
    return ChargeRequest(idempotency_key=key, amount_value=value, currency="USD", payee=payee)


def about(key: str) -> ChargeRequest:
    """What `inquire` and `cancel` are asked: the payment that `a_request` makes with this key."""
    return a_request("coffee-shop-42", key)


class Time:
    """Stands still but for the pauses of the adapter."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.pauses: list[float] = []

    def read(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def gateway_at(
    url: str,
    time: Time | None = None,
    *,
    limits: Limits | None = None,
    api_key: Callable[[], str] = lambda: API_KEY,
    jitter: float = 0.5,
) -> HttpGateway:
    time = time or Time()
    return HttpGateway(
        url,
        api_key,
        limits=limits or Limits(),
        sleep=time.sleep,
        jitter=lambda: jitter,
        monotonic=time.read,
        wall_clock=time.read,
    )
