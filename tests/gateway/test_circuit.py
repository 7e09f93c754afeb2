"""The circuit: after enough unknown outcomes the gateway is not called for a while."""

import pytest

from handlers.core.errors import Retryable
from handlers.gateway_processor.gateway import (
    Approved,
    GatewayCircuitOpen,
    NotFound,
    Unknown,
)
from handlers.gateway_processor.http_gateway import (
    Limits,
)
from tests.gateway.adapter import Time, a_request, about, gateway_at
from tests.running.raw_server import DOWN, NOT_FOUND, approved, http, raw_server

pytestmark = pytest.mark.gateway_processor


def test_the_circuit_opens_after_consecutive_unknowns_and_names_itself() -> None:
    limits = Limits(circuit_failures_max=3)
    with raw_server(DOWN) as server:
        gateway = gateway_at(server.url, limits=limits)
        answers = [gateway.charge(a_request("x1")) for _ in range(3)]
        with pytest.raises(GatewayCircuitOpen, match="gateway-charge is open") as stopped:
            gateway.charge(a_request("x1"))

    assert all(isinstance(answer, Unknown) for answer in answers)
    assert isinstance(stopped.value, Retryable)
    assert gateway.open_circuits == (stopped.value.circuit,) == ("gateway-charge",)
    assert len(server.requests) == 3, "while the circuit is open nothing is sent"


def test_an_open_circuit_for_charges_leaves_inquire_and_cancel_usable() -> None:
    with raw_server(DOWN, NOT_FOUND, http(200, approved())) as server:
        gateway = gateway_at(server.url, limits=Limits(circuit_failures_max=1))
        gateway.charge(a_request("x1"))

        assert gateway.inquire(about("pay_1")) == NotFound()
        assert gateway.cancel(about("pay_1")) == Approved("ch_1")


def test_an_answer_in_between_starts_the_count_again() -> None:
    with raw_server(DOWN, http(201, approved()), DOWN, DOWN) as server:
        gateway = gateway_at(server.url, limits=Limits(circuit_failures_max=2))
        for _ in range(3):
            gateway.charge(a_request("x1"))
        open_after_one_unknown = gateway.open_circuits
        gateway.charge(a_request("x1"))

    assert open_after_one_unknown == ()
    assert gateway.open_circuits == ("gateway-charge",)


def test_after_the_recovery_time_one_call_closes_or_opens_the_circuit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    time = Time()
    monkeypatch.setattr("circuitbreaker.monotonic", time.read)
    limits = Limits(circuit_failures_max=2, circuit_recovery_s=5)
    with raw_server(DOWN, DOWN, DOWN, http(201, approved())) as server:
        gateway = gateway_at(server.url, time, limits=limits)
        for _ in range(2):
            gateway.charge(a_request("x1"))
        time.now += 5
        still_down = gateway.charge(a_request("x1"))
        open_again = gateway.open_circuits
        time.now += 5
        recovered = gateway.charge(a_request("x1"))

    assert isinstance(still_down, Unknown)
    assert open_again == ("gateway-charge",)
    assert recovered == Approved("ch_1")
    assert gateway.open_circuits == ()
