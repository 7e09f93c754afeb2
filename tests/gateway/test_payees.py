"""Each magic payee, seen through the real adapter, and what the gateway has recorded afterwards."""

import pytest

from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    Declined,
    NotFound,
    Unknown,
)
from infra.local.simulator.payees import DECLINE_CODES
from tests.gateway.adapter import IMPATIENT, a_request, about
from tests.running.gateway import Simulator

pytestmark = pytest.mark.gateway_processor


def charge_id(answer: Answer) -> str:
    assert isinstance(answer, Approved), answer
    return answer.charge_id


def test_an_ordinary_payee_is_approved_and_charged_once(simulator: Simulator) -> None:
    answer = simulator.gateway().charge(a_request("coffee-shop-42", value=450))

    recorded = simulator.recorded("pay_1")
    assert answer == Approved(recorded["charge_id"])
    assert (recorded["status"], recorded["charged"], recorded["asked"]) == ("approved", 1, 1)
    assert (recorded["value"], recorded["currency"], recorded["payee"]) == (
        450,
        "USD",
        "coffee-shop-42",
    )


@pytest.mark.parametrize("code", [*DECLINE_CODES, "a_code_of_tomorrow"])
def test_a_payee_declines_with_the_code_in_its_name(simulator: Simulator, code: str) -> None:
    gateway = simulator.gateway()

    answer = gateway.charge(a_request(f"payee_decline_{code}"))

    assert answer == Declined(code)
    assert gateway.inquire(about("pay_1")) == Declined(code)
    assert gateway.cancel(about("pay_1")) == Declined(code)
    assert simulator.recorded("pay_1")["charged"] == 0


def test_a_decline_code_that_no_gateway_could_send_declines_as_payee_unknown(
    simulator: Simulator,
) -> None:
    answer = simulator.gateway().charge(a_request("payee_decline_do-not-honor"))

    assert answer == Declined("payee_unknown")


def test_a_slow_payee_is_approved(simulator: Simulator) -> None:
    assert isinstance(simulator.gateway().charge(a_request("payee_slow")), Approved)


def test_a_timeout_before_charging_charges_nothing_and_the_next_attempt_works(
    simulator: Simulator,
) -> None:
    gateway = simulator.gateway(IMPATIENT)

    first = gateway.charge(a_request("payee_timeout_before_charge"))
    asked = gateway.inquire(about("pay_1"))
    simulator.release()
    charged_by_then = simulator.recorded("pay_1")["charged"]
    second = gateway.charge(a_request("payee_timeout_before_charge"))

    assert (first, asked, charged_by_then) == (
        Unknown("no answer: ReadTimeoutError"),
        NotFound(),
        0,
    )
    assert charge_id(second) == simulator.recorded("pay_1")["charge_id"]
    assert simulator.recorded("pay_1")["charged"] == 1


@pytest.mark.parametrize(
    ("payee", "why"),
    [
        ("payee_timeout_after_charge", "no answer: ReadTimeoutError"),
        ("payee_answer_lost", "no answer: ProtocolError"),
        ("payee_error_after_charge", "it answered 503, urn:problem-type:gateway:unavailable"),
        ("payee_malformed_answer", "it answered 201 with a body that is not valid JSON"),
        ("payee_wrong_answer", "its answer lacks the idempotency_key that was asked about"),
    ],
)
def test_after_an_unknown_outcome_inquiry_finds_the_one_charge(
    simulator: Simulator, payee: str, why: str
) -> None:
    gateway = simulator.gateway(IMPATIENT)

    first = gateway.charge(a_request(payee))
    found = gateway.inquire(about("pay_1"))
    again = gateway.charge(a_request(payee))

    assert first == Unknown(why)
    assert charge_id(found) == charge_id(again) == simulator.recorded("pay_1")["charge_id"]
    assert simulator.recorded("pay_1")["charged"] == 1
    assert gateway.cancel(about("pay_1")) == found, "a cancel never undoes a charge"


def test_after_a_timeout_inquiry_finds_the_decline(simulator: Simulator) -> None:
    gateway = simulator.gateway(IMPATIENT)

    first = gateway.charge(a_request("payee_timeout_after_decline"))

    assert isinstance(first, Unknown)
    assert gateway.inquire(about("pay_1")) == Declined("do_not_honor")
    assert simulator.recorded("pay_1")["charged"] == 0


def test_an_error_before_charging_charges_nothing_and_the_next_attempt_works(
    simulator: Simulator,
) -> None:
    gateway = simulator.gateway()

    first = gateway.charge(a_request("payee_error_before_charge"))
    asked = gateway.inquire(about("pay_1"))
    second = gateway.charge(a_request("payee_error_before_charge"))

    assert (first, asked) == (
        Unknown("it answered 503, urn:problem-type:gateway:unavailable"),
        NotFound(),
    )
    assert isinstance(second, Approved)
    assert simulator.recorded("pay_1")["charged"] == 1


def test_a_request_that_the_gateway_processes_twice_charges_once(simulator: Simulator) -> None:
    answer = simulator.gateway().charge(a_request("payee_duplicate_request"))

    assert isinstance(answer, Approved)
    assert simulator.recorded("pay_1")["asked"] == 2
    assert simulator.recorded("pay_1")["charged"] == 1


def test_a_payee_that_never_answers_can_still_be_cancelled(simulator: Simulator) -> None:
    gateway = simulator.gateway(IMPATIENT)

    attempts = [gateway.charge(a_request("payee_never_answers")) for _ in range(2)]
    asked = gateway.inquire(about("pay_1"))
    cancelled = gateway.cancel(about("pay_1"))
    simulator.release()

    assert attempts == [Unknown("no answer: ReadTimeoutError")] * 2
    assert asked == Unknown("it answered 503, urn:problem-type:gateway:unavailable")
    assert cancelled == gateway.inquire(about("pay_1")) == Cancelled()
    assert gateway.charge(a_request("payee_never_answers")) == Cancelled()
    assert simulator.recorded("pay_1")["charged"] == 0


def test_a_payee_whose_charges_are_down_is_not_found_and_can_be_cancelled(
    simulator: Simulator,
) -> None:
    gateway = simulator.gateway()

    attempts = [gateway.charge(a_request("payee_charge_down")) for _ in range(3)]

    assert all(isinstance(attempt, Unknown) for attempt in attempts)
    assert gateway.inquire(about("pay_1")) == NotFound()
    assert gateway.cancel(about("pay_1")) == Cancelled()
    assert simulator.recorded("pay_1")["charged"] == 0


def test_a_late_request_charges_once_if_nobody_was_faster(simulator: Simulator) -> None:
    gateway = simulator.gateway(IMPATIENT)

    first = gateway.charge(a_request("payee_late_charge"))
    before = gateway.inquire(about("pay_1"))
    released = simulator.release()

    assert isinstance(first, Unknown)
    assert (before, released) == (NotFound(), 1)
    assert isinstance(gateway.inquire(about("pay_1")), Approved)
    assert simulator.recorded("pay_1")["charged"] == 1


def test_a_late_request_finds_the_charge_of_the_next_attempt(simulator: Simulator) -> None:
    gateway = simulator.gateway(IMPATIENT)

    gateway.charge(a_request("payee_late_charge"))
    second = gateway.charge(a_request("payee_late_charge"))
    released = simulator.release()

    assert released == 1
    assert charge_id(second) == simulator.recorded("pay_1")["charge_id"]
    assert simulator.recorded("pay_1")["charged"] == 1


def test_a_late_request_never_charges_a_key_that_was_cancelled_meanwhile(
    simulator: Simulator,
) -> None:
    gateway = simulator.gateway(IMPATIENT)

    gateway.charge(a_request("payee_late_charge"))
    cancelled = gateway.cancel(about("pay_1"))
    released = simulator.release()

    assert (cancelled, released) == (Cancelled(), 1)
    assert gateway.inquire(about("pay_1")) == Cancelled()
    assert simulator.recorded("pay_1")["charged"] == 0
    assert simulator.totals() == {"charged": 0, "charged_value": {}, "charged_twice": []}
