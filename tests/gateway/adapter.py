"""The adapter under test, with a clock, limits and requests for tests."""

from collections.abc import Callable

from handlers.gateway_processor.gateway import ChargeRequest
from handlers.gateway_processor.http_gateway import HttpGateway, Limits
from tests.running.gateway import API_KEY

IMPATIENT = Limits(
    connect_timeout_s=2.0,
    read_timeout_s=0.25,
    call_timeout_s=5.0,
    inquiry_attempts_max=2,
    circuit_failures_max=100,
)


def a_request(payee: str, key: str = "pay_1", value: int = 12_550) -> ChargeRequest:
    return ChargeRequest(idempotency_key=key, amount_value=value, currency="USD", payee=payee)


def about(key: str) -> ChargeRequest:
    """Return what `inquire` and `cancel` need for the payment of `a_request` with this key."""
    return a_request("coffee-shop-42", key)


class Time:
    """A clock that only the pauses of the adapter move."""

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
