"""Ids that follow from what they name."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generated.api.payment_orchestrator import PaymentRequest
from handlers.core.identity import derived, event_id, fingerprint, request_fingerprint
from tests.builders import PAY_1

PARTS = st.lists(st.text(max_size=8), min_size=1, max_size=3)


@given(one=PARTS, other=PARTS)
def test_two_names_share_an_id_only_when_all_their_parts_are_equal(
    one: list[str], other: list[str]
) -> None:
    same = derived("pay", *one) == derived("pay", *other)

    assert same == (one == other)


@given(parts=PARTS)
def test_an_id_has_the_form_of_the_contract(parts: list[str]) -> None:
    made = derived("pay", *parts)

    assert re.fullmatch("pay_[a-z2-7]{26}", made)


@pytest.mark.parametrize("event_type", ["payment.initiated", "wallet.funds_reserved"])
def test_an_event_has_the_same_id_whenever_it_is_announced(event_type: str) -> None:
    first, second = event_id(event_type, PAY_1), event_id(event_type, PAY_1)

    assert first == second
    assert first != event_id("payment.failed", PAY_1)


def test_the_order_of_fields_does_not_change_a_request() -> None:
    one = '{"amount": {"value": 1, "currency": "USD"}, "payee": "ab", "metadata": {"a":"1","b":""}}'
    other = '{"metadata": {"b":"","a":"1"}, "payee": "ab", "amount": {"currency":"USD","value":1}}'

    prints = {
        request_fingerprint(PaymentRequest.model_validate_json(text)) for text in (one, other)
    }

    assert len(prints) == 1


@pytest.mark.parametrize(
    "changed",
    [
        '{"amount": {"value": 2, "currency": "USD"}, "payee": "ab"}',
        '{"amount": {"value": 1, "currency": "EUR"}, "payee": "ab"}',
        '{"amount": {"value": 1, "currency": "USD"}, "payee": "ac"}',
        '{"amount": {"value": 1, "currency": "USD"}, "payee": "ab", "description": "x"}',
        '{"amount": {"value": 1, "currency": "USD"}, "payee": "ab", "metadata": {}}',
        '{"amount": {"value": 1, "currency": "USD"}, "payee": "ab", "metadata": {"a": ""}}',
    ],
)
def test_every_change_of_a_request_changes_its_fingerprint(changed: str) -> None:
    first = '{"amount": {"value": 1, "currency": "USD"}, "payee": "ab"}'

    prints = {
        request_fingerprint(PaymentRequest.model_validate_json(text)) for text in (first, changed)
    }

    assert len(prints) == 2


@given(text=st.text(max_size=50))
def test_a_fingerprint_fits_into_a_cursor(text: str) -> None:
    assert re.fullmatch("[A-Za-z0-9_-]{22}", fingerprint(text))
