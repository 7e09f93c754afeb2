"""Deposits and balances, as clients and operators see them."""

from typing import Any

import pytest

from generated.common import Currency
from generated.minor_units import MINOR_UNIT_EXPONENTS
from handlers.wallet_service import api as entry
from handlers.wallet_service.wallet import POSTED_MAX
from infra.contracts.documents import read
from tests.api.entry import Api
from tests.builders import (
    ALICE,
    BOB,
    ENVIRONMENT,
    NOW,
    VirtualTime,
    a_request,
    answered,
    slug,
)
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.wallet_service


def balances(api: Api, user: str = ALICE) -> dict[str, int]:
    _, document = answered(api.send("GET", "/wallets", user=user))
    return {wallet["currency"]: wallet["posted"] for wallet in document["items"]}


def test_a_deposit_makes_a_wallet(api: Api) -> None:
    response = api.deposit(1000)

    status, deposit = answered(response)
    assert status == 201
    assert deposit == {
        "deposit_id": deposit["deposit_id"],
        "user_id": ALICE,
        "amount": {"value": 1000, "currency": "EUR"},
        "created_at": NOW,
    }
    assert response["headers"]["Location"] == "/v1/wallets/EUR"
    assert answered(api.wallet()) == (
        200,
        {"currency": "EUR", "available": 1000, "reserved": 0, "posted": 1000},
    )


def test_deposits_add_up(api: Api) -> None:
    for number in range(3):
        api.deposit(100, key=f"d-{number}")
    api.deposit(7, "JPY", key="d-9")

    assert balances(api) == {"EUR": 300, "JPY": 7}


def test_the_same_deposit_counts_once(api: Api, time: VirtualTime, cloud: Cloud) -> None:
    first = api.deposit()
    time.pass_s(60)
    before = cloud.items("wallets")

    again = api.deposit()

    assert again["body"] == first["body"]
    assert again["headers"] == first["headers"] | {"Idempotency-Replayed": "true"}
    assert cloud.items("wallets") == before


@pytest.mark.parametrize(
    ("value", "currency", "fields"),
    [(999, "EUR", {}), (1000, "USD", {}), (1000, "EUR", {"user_id": BOB})],
)
def test_a_key_names_one_deposit_in_all_currencies_and_wallets(
    api: Api, cloud: Cloud, value: int, currency: str, fields: dict[str, Any]
) -> None:
    api.deposit()
    before = cloud.items("wallets")

    response = api.deposit(value, currency, **fields)

    assert slug(response) == (422, "idempotency-key-reused")
    assert cloud.items("wallets") == before


def test_an_operator_deposits_into_any_wallet(api: Api) -> None:
    _, deposit = answered(api.deposit(5, user="olga", user_id=BOB))

    assert deposit["user_id"] == BOB
    assert balances(api, BOB) == {"EUR": 5}
    assert balances(api, "olga") == {}


def test_the_location_of_a_deposit_into_another_users_wallet_leads_to_that_wallet(
    api: Api,
) -> None:
    location = api.deposit(5, user="olga", user_id=BOB)["headers"]["Location"]

    assert location == f"/v1/wallets/EUR?user_id={BOB}"
    path = {"currency": "EUR"}
    query = {"user_id": BOB}
    request = {"path": path, "query": query}
    answer = api.send("GET", "/wallets/{currency}", user="olga", groups="operator", **request)
    assert answered(answer)[1]["posted"] == 5


@pytest.mark.parametrize("groups", ["", "support"])
def test_another_users_wallet_is_read_by_operators_only(api: Api, groups: str) -> None:
    api.deposit(5, user="olga", user_id=BOB)
    place = {"path": {"currency": "EUR"}, "groups": groups}

    foreign = api.send("GET", "/wallets/{currency}", query={"user_id": BOB}, user=ALICE, **place)
    own = api.send("GET", "/wallets/{currency}", query={"user_id": BOB}, user=BOB, **place)

    assert slug(foreign) == (403, "forbidden")
    assert answered(own)[1]["posted"] == 5


def test_a_wallet_never_holds_more_than_the_contract_allows() -> None:
    wallet = read().openapi["components"]["schemas"]["Wallet"]["properties"]

    assert {field["maximum"] for field in wallet.values() if "maximum" in field} == {POSTED_MAX}


@pytest.mark.parametrize("groups", ["", "support"])
def test_other_users_cannot_deposit(api: Api, cloud: Cloud, groups: str) -> None:
    assert slug(api.deposit(groups=groups)) == (403, "forbidden")
    assert cloud.items("wallets") == []


def test_in_a_sandbox_everybody_deposits_into_their_own_wallet_only(
    cloud: Cloud, time: VirtualTime
) -> None:
    api = Api(time.clock(), sandbox=True)

    own = api.deposit(groups="")
    named = api.deposit(groups="", key="d-2", user_id=ALICE)
    foreign = api.deposit(groups="", key="d-3", user_id=BOB)

    assert (own["statusCode"], named["statusCode"]) == (201, 201)
    assert slug(foreign) == (403, "forbidden")
    assert balances(api) == {"EUR": 2000}
    assert balances(api, BOB) == {}


def test_the_currencies_of_path_and_body_must_agree(api: Api, cloud: Cloud) -> None:
    response = api.send(
        "POST",
        "/wallets/{currency}/deposits",
        groups="operator",
        path={"currency": "EUR"},
        headers={"Idempotency-Key": "d-1"},
        body={"amount": {"value": 1, "currency": "USD"}},
    )

    assert slug(response) == (422, "validation-failed")
    assert answered(response)[1]["errors"] == [
        {"field": "amount.currency", "message": "should be EUR, the currency of the path"}
    ]
    assert cloud.items("wallets") == []


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"amount": {"value": 0, "currency": "EUR"}}, "amount.value"),
        ({"amount": {"value": -1, "currency": "EUR"}}, "amount.value"),
        ({"amount": {"value": 1.0, "currency": "EUR"}}, "amount.value"),
        ({"amount": {"value": 10**12, "currency": "EUR"}}, "amount.value"),
        ({"user_id": "b#b"}, "user_id"),
        ({"user_id": None}, "user_id"),
        ({"user_id": "x" * 65}, "user_id"),
        ({"note": "x"}, "note"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_deposited(
    api: Api, cloud: Cloud, fields: dict[str, Any], field: str
) -> None:
    response = api.deposit(**fields)

    assert slug(response) == (422, "validation-failed")
    assert [e["field"] for e in answered(response)[1]["errors"]] == [field]
    assert cloud.items("wallets") == []


@pytest.mark.parametrize("currency", ["eur", "XXX", "EURO", "€"])
def test_a_wrong_currency_in_the_path_is_named(api: Api, currency: str) -> None:
    response = api.wallet(currency)

    assert slug(response) == (400, "validation-failed")
    assert answered(response)[1]["errors"][0]["field"] == "currency"


def fill(cloud: Cloud, posted: int) -> None:
    """Create a wallet that grew over many deposits."""
    cloud.dynamodb.put_item(
        TableName=ENVIRONMENT["WALLETS_TABLE"],
        Item={
            "wallet_id": {"S": f"{ALICE}#EUR"},
            "entry": {"S": "BALANCE"},
            "user_id": {"S": ALICE},
            "available": {"N": str(posted - 1)},
            "reserved": {"N": "1"},
            "version": {"N": "7"},
        },
    )


def test_a_wallet_is_full_at_its_limit(api: Api, cloud: Cloud) -> None:
    fill(cloud, POSTED_MAX - 10)

    fits, over = api.deposit(10), api.deposit(1, key="d-2")

    assert fits["statusCode"] == 201
    assert slug(over) == (409, "conflict")
    assert str(POSTED_MAX) in answered(over)[1]["detail"]
    assert balances(api) == {"EUR": POSTED_MAX}


def test_a_repeated_deposit_into_a_full_wallet_gets_the_first_answer(
    api: Api, cloud: Cloud
) -> None:
    fill(cloud, POSTED_MAX - 10)
    api.deposit(10)

    again = api.deposit(10)

    assert again["statusCode"] == 201
    assert again["headers"]["Idempotency-Replayed"] == "true"


def test_a_wallet_that_was_never_filled_is_not_found(api: Api) -> None:
    api.deposit()

    assert slug(api.wallet("USD")) == (404, "not-found")
    assert slug(api.wallet(user=BOB)) == (404, "not-found")


def test_a_user_may_have_a_wallet_in_every_currency(api: Api) -> None:
    for number, currency in enumerate(sorted(MINOR_UNIT_EXPONENTS)):
        api.deposit(1, currency, key=f"d-{number}")

    assert list(balances(api)) == sorted(MINOR_UNIT_EXPONENTS)
    assert set(MINOR_UNIT_EXPONENTS) == set(Currency.__value__.__args__)


def test_the_entry_point_serves_as_it_was_built_at_import(cloud: Cloud) -> None:
    response = entry.handler(a_request("GET", "/wallets"), None)

    assert answered(response) == (200, {"items": []})
