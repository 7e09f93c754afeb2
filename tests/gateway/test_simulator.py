"""The simulator as an HTTP server: its contract, its memory, its controls."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from handlers.gateway_processor.gateway import Answer, Approved, Cancelled, NotFound, Unknown
from tests.gateway.adapter import a_request, about
from tests.running.gateway import API_KEY, Simulator, running_simulator

pytestmark = pytest.mark.gateway_processor

A_CHARGE: dict[str, Any] = {
    "amount": {"value": 12_550, "currency": "USD"},
    "payee": "coffee-shop-42",
    "reference": "pay_1",
}
KEY = {"Idempotency-Key": "pay_1"}


def post(simulator: Simulator, body: Any, headers: dict[str, str] | None = None) -> httpx.Response:
    return simulator.http.post("/charges", json=body, headers=KEY if headers is None else headers)


def slug(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["type"].removeprefix("urn:problem-type:gateway:"))


def fields(answer: httpx.Response) -> list[str]:
    return [error["field"] for error in answer.json()["errors"]]


def test_the_same_key_and_body_answers_the_same_charge_again(simulator: Simulator) -> None:
    first, second = post(simulator, A_CHARGE), post(simulator, A_CHARGE)

    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert simulator.totals()["charged"] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"amount": {"value": 12_551, "currency": "USD"}},
        {"amount": {"value": 12_550, "currency": "EUR"}},
        {"payee": "tea-shop-43"},
        {"reference": "pay_2"},
    ],
)
def test_the_same_key_with_another_body_is_refused(
    simulator: Simulator, change: dict[str, Any]
) -> None:
    post(simulator, A_CHARGE)

    answer = post(simulator, A_CHARGE | change)

    assert (answer.status_code, slug(answer)) == (422, "idempotency-key-reused")
    assert simulator.totals()["charged_value"] == {"USD": 12_550}


def test_many_concurrent_requests_of_one_key_charge_once(simulator: Simulator) -> None:
    def charge(_: int) -> object:
        return simulator.gateway().charge(a_request("coffee-shop-42"))

    with ThreadPoolExecutor(12) as threads:
        answers = set(threads.map(charge, range(36)))

    assert answers == {Approved(simulator.recorded("pay_1")["charge_id"])}
    assert simulator.recorded("pay_1")["charged"] == 1
    assert simulator.recorded("pay_1")["asked"] == 36


def test_charges_and_cancels_of_one_key_at_once_agree_on_one_outcome(simulator: Simulator) -> None:
    def ask(number: int) -> tuple[str, Answer]:
        gateway = simulator.gateway()
        key = f"pay_{number // 4}"
        return key, (
            gateway.cancel(about(key))
            if number % 2
            else gateway.charge(a_request("coffee-shop-42", key=key))
        )

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(ask, range(40)))

    assert len(answers) == 10, "each key has one outcome, for every caller"
    charged = sum(isinstance(answer, Approved) for _, answer in answers)
    assert simulator.totals()["charged"] == charged


def test_a_cancelled_key_answers_409_and_never_charges(simulator: Simulator) -> None:
    cancelled = simulator.http.post("/charges/pay_1/cancel")

    answer = post(simulator, A_CHARGE)

    assert cancelled.json()["status"] == "cancelled"
    assert (answer.status_code, slug(answer)) == (409, "key-cancelled")
    assert simulator.http.post("/charges/pay_1/cancel").json() == cancelled.json()
    assert simulator.recorded("pay_1")["charged"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": {"value": 0, "currency": "USD"}}, "amount.value"),
        ({"amount": {"value": -1, "currency": "USD"}}, "amount.value"),
        ({"amount": {"value": 1.5, "currency": "USD"}}, "amount.value"),
        ({"amount": {"value": True, "currency": "USD"}}, "amount.value"),
        ({"amount": {"value": "1", "currency": "USD"}}, "amount.value"),
        ({"amount": {"value": 10**12, "currency": "USD"}}, "amount.value"),
        ({"amount": {"value": 1, "currency": "usd"}}, "amount.currency"),
        ({"amount": {"value": 1, "currency": "USD", "more": 1}}, "amount"),
        ({"amount": None}, "amount"),
        ({"payee": "Coffee Shop"}, "payee"),
        ({"payee": "x"}, "payee"),
        ({"reference": "x" * 65}, "reference"),
        ({"cvv": "123"}, "body"),
    ],
)
def test_a_body_that_is_not_in_the_contract_is_refused_by_field(
    simulator: Simulator, change: dict[str, Any], field: str
) -> None:
    answer = post(simulator, A_CHARGE | change)

    assert (answer.status_code, slug(answer)) == (422, "validation-failed")
    assert fields(answer) == [field]
    assert simulator.totals()["charged"] == 0


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"amount": NaN}', b"\xff", b"[" * 9_000, b"1" * 9_000, b'"\xed"']
)
def test_a_body_that_is_not_json_is_refused(simulator: Simulator, body: bytes) -> None:
    headers = KEY | {"Content-Type": "application/json"}

    answer = simulator.http.post("/charges", content=body, headers=headers)

    assert (answer.status_code, slug(answer)) == (400, "malformed-request")
    assert fields(answer) == ["body"]


def test_requests_outside_of_the_contract_end_in_its_problems(simulator: Simulator) -> None:
    http = simulator.http
    large = A_CHARGE | {"reference": "x" * 20_000}
    answers = {
        slug(answer): answer.status_code
        for answer in (
            http.post("/charges", json=A_CHARGE),
            http.post("/charges", json=large, headers=KEY),
            http.post("/charges", content=b"{}", headers=KEY),
            http.get("/charges/pay_1"),
            http.delete("/charges/pay_1"),
            http.get("/nothing"),
            http.post("/charges/", json=A_CHARGE, headers=KEY),
            http.get("/charges/pay%20%201"),
        )
    }

    assert answers == {
        "idempotency-key-missing": 400,
        "payload-too-large": 413,
        "unsupported-media-type": 415,
        "charge-not-found": 404,
        "method-not-allowed": 405,
        "not-found": 404,
        "malformed-request": 400,
    }


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer wrong", f"Basic {API_KEY}"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/charges"),
        ("GET", "/charges/pay_1"),
        ("POST", "/charges/pay_1/cancel"),
        ("GET", "/simulator/charges"),
        ("POST", "/simulator/reset"),
        ("PUT", "/simulator/outage"),
        ("GET", "/simulator/holds"),
        ("POST", "/simulator/holds/release"),
    ],
)
def test_nothing_answers_without_the_api_key(
    simulator: Simulator, method: str, path: str, authorization: str
) -> None:
    answer = simulator.http.request(method, path, headers={"Authorization": authorization})

    assert (answer.status_code, slug(answer)) == (401, "unauthenticated")


def test_an_outage_is_unknown_for_everything_and_charges_nothing(simulator: Simulator) -> None:
    gateway = simulator.gateway()

    simulator.outage("down")
    during = (
        gateway.charge(a_request("x1")),
        gateway.inquire(about("pay_1")),
        gateway.cancel(about("pay_1")),
    )
    simulator.outage("up")

    assert during == (Unknown("it answered 503, urn:problem-type:gateway:unavailable"),) * 3
    assert gateway.inquire(about("pay_1")) == NotFound()
    assert isinstance(gateway.charge(a_request("x1")), Approved)


def test_an_outage_has_two_modes_and_refuses_others(simulator: Simulator) -> None:
    answer = simulator.http.put("/simulator/outage", json={"mode": "sideways"})

    assert (answer.status_code, fields(answer)) == (422, ["mode"])
    assert simulator.http.get("/simulator/outage").json() == {"mode": "up"}


def test_the_totals_add_up_what_was_charged(simulator: Simulator) -> None:
    gateway = simulator.gateway()
    for number, payee in enumerate(("x1", "payee_decline_do_not_honor", "payee_answer_lost")):
        gateway.charge(a_request(payee, key=f"pay_{number}", value=100 + number))

    charged = {"charged": 2, "charged_value": {"USD": 202}, "charged_twice": []}
    assert simulator.totals() == charged


def test_every_outcome_outlives_a_kill(tmp_path: Path) -> None:
    with running_simulator(tmp_path) as (process, before):
        charged = before.gateway().charge(a_request("coffee-shop-42"))
        before.gateway().charge(a_request("payee_answer_lost", key="pay_2"))
        before.gateway().cancel(about("pay_3"))
        process.send_signal(signal.SIGKILL)
        process.wait(20)

    with running_simulator(tmp_path) as (_, after):
        gateway = after.gateway()
        again = gateway.charge(a_request("coffee-shop-42"))
        lost = gateway.inquire(about("pay_2"))
        late = gateway.charge(a_request("coffee-shop-42", key="pay_3"))
        totals = after.totals()

    assert again == charged
    assert isinstance(lost, Approved)
    assert late == Cancelled()
    assert totals == {"charged": 2, "charged_value": {"USD": 25_100}, "charged_twice": []}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_is_clean_and_quick(tmp_path: Path, how: signal.Signals) -> None:
    with running_simulator(tmp_path) as (process, _):
        process.send_signal(how)

        assert process.wait(10) in (0, -how)


def test_a_port_that_is_taken_is_named(simulator: Simulator, tmp_path: Path) -> None:
    port = simulator.url.rpartition(":")[2]
    command = [sys.executable, "-m", "infra.local.simulator", "--port", port]
    command += ["--state-dir", str(tmp_path), "--api-key", API_KEY]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)

    assert ended.returncode == 1
    assert f"port {port} cannot be used" in ended.stderr
