"""Invalid amounts, invalid currencies, and the limits of valid ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from generated.catalogue import OPERATIONS
from tests.api.entry import Api
from tests.builders import answered
from tests.corpora.corpora import EXPONENTS, NO_CURRENCIES, NO_VALUES, VALUE_MAX
from tests.corpora.places import BODIES, SCHEMAS, ask
from tests.stores.cloud import Cloud

MONEY = [name for name, schema in SCHEMAS.items() if "amount" in schema["properties"]]


def body(operation: str, value: str, currency: str) -> str:
    """The request as text, for a value that is not a JSON number, without its optional fields."""
    amount = f'{{"value": {value}, "currency": {currency}}}'
    others = {name: BODIES[operation][name] for name in SCHEMAS[operation]["required"]}
    return json.dumps(others | {"amount": "@"}).replace('"@"', amount)


def asked(api: Api, operation: str, value: str, currency: str) -> tuple[int, Any]:
    raw = body(operation, value, json.dumps(currency))
    key = {"Idempotency-Key": f"{operation}-{currency.strip() or 'none'}-{len(value)}"}
    headers = {name: "".join(c for c in text if "!" <= c <= "~")[:64] for name, text in key.items()}
    path = {"path": {"currency": currency}} if operation == "createDeposit" else {}
    return answered(ask(api, OPERATIONS[operation], raw=raw, headers=headers, **path))


@pytest.mark.parametrize("operation", MONEY)
def test_no_amount_but_a_right_one_moves_money(api: Api, cloud: Cloud, operation: str) -> None:
    accepted = [v for v in NO_VALUES if asked(api, operation, v, "EUR")[0] not in (400, 422)]

    assert accepted == []
    assert cloud.items("payments") == []
    assert cloud.items("wallets") == []


@pytest.mark.parametrize("operation", MONEY)
def test_no_currency_but_one_of_the_contract_is_accepted(
    api: Api, cloud: Cloud, operation: str
) -> None:
    accepted = [c for c in NO_CURRENCIES if asked(api, operation, "1", c)[0] not in (400, 422)]

    assert accepted == []
    assert cloud.items("payments") == []
    assert cloud.items("wallets") == []


@pytest.mark.parametrize("currency", EXPONENTS)
def test_the_smallest_and_the_largest_amount_are_kept_exactly(
    api: Api, cloud: Cloud, currency: str
) -> None:
    for number, value in enumerate((1, VALUE_MAX)):
        for operation in MONEY:
            status, document = asked(api, operation, str(value), currency)

            assert status == 201, document
            assert document["amount"] == {"value": value, "currency": currency}
        _, wallet = answered(api.wallet(currency))
        assert wallet["posted"] == (1 + VALUE_MAX if number else 1)

    stored = {item["amount"] for item in cloud.plain("payments")}
    assert stored == {1, VALUE_MAX}
