"""Create payments and query them, as a client sees it."""

import json
from typing import Any

import pytest

from handlers.core.envelope import Cause
from handlers.payment_orchestrator import api as entry
from handlers.payment_orchestrator.decisions import decide
from handlers.payment_orchestrator.store import Payments
from tests.api.entry import Api
from tests.builders import (
    ALICE,
    BOB,
    ENVIRONMENT,
    EXPIRES,
    LATER,
    NOW,
    PAY_1,
    VirtualTime,
    a_request,
    answered,
    money,
    released,
    slug,
)
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.payment_orchestrator


def read(api: Api, payment_id: str, user: str = ALICE) -> dict[str, Any]:
    return api.send("GET", "/payments/{payment_id}", user=user, path={"payment_id": payment_id})


def listed(api: Api, user: str = ALICE, **query: str) -> dict[str, Any]:
    return api.send("GET", "/payments", user=user, query=query)


def fail(cloud: Cloud, payment_id: str) -> None:
    payments = Payments(cloud.dynamodb, ENVIRONMENT["PAYMENTS_TABLE"])
    payment = payments.fetch(payment_id)
    assert payment is not None
    event = released(payment_id=payment_id, amount=payment.amount, reason="lost_card")
    payments.commit(decide(payment, event, LATER), cause=Cause("cor-1"), now=LATER)


def test_a_payment_is_created_pending_with_its_location(api: Api) -> None:
    response = api.pay(description="Flat white", metadata={"order": "42"})

    status, payment = answered(response)
    assert status == 201
    assert payment == {
        "payment_id": payment["payment_id"],
        "status": "pending",
        "amount": {"value": 450, "currency": "EUR"},
        "payee": "coffee-shop-42",
        "description": "Flat white",
        "metadata": {"order": "42"},
        "created_at": NOW,
        "updated_at": NOW,
        "expires_at": EXPIRES,
    }
    assert response["headers"]["Location"] == f"/v1/payments/{payment['payment_id']}"
    assert "Idempotency-Replayed" not in response["headers"]


def test_a_new_payment_is_one_item_with_its_announcement(api: Api, cloud: Cloud) -> None:
    _, payment = answered(api.pay())

    (item,) = cloud.plain("payments")
    outbox = json.loads(item["outbox"])
    assert (outbox["type"], outbox["correlationid"]) == ("payment.initiated", "req-1")
    assert outbox["data"] == {
        "payment_id": payment["payment_id"],
        "user_id": ALICE,
        "amount": {"value": 450, "currency": "EUR"},
        "payee": "coffee-shop-42",
        "expires_at": EXPIRES,
    }


@pytest.mark.parametrize("ended", [False, True])
def test_the_same_request_gets_the_first_answer_again(
    api: Api, cloud: Cloud, time: VirtualTime, ended: bool
) -> None:
    first = api.pay()
    if ended:
        fail(cloud, answered(first)[1]["payment_id"])
    time.pass_s(3600)
    before = cloud.items("payments")

    again = api.pay()

    assert again["body"] == first["body"]
    assert again["statusCode"] == 201
    assert again["headers"] == first["headers"] | {"Idempotency-Replayed": "true"}
    assert cloud.items("payments") == before


def test_the_order_of_fields_makes_no_other_request(api: Api) -> None:
    api.pay(metadata={"a": "1", "b": "2"})
    amount = {"currency": "EUR", "value": 450}
    body = {"metadata": {"b": "2", "a": "1"}, "payee": "coffee-shop-42", "amount": amount}

    again = api.send("POST", "/payments", headers={"Idempotency-Key": "k-1"}, body=body)

    assert again["headers"]["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": {"value": 451, "currency": "EUR"}},
        {"amount": {"value": 450, "currency": "USD"}},
        {"payee": "book-shop"},
        {"description": "x"},
        {"metadata": {}},
    ],
)
def test_another_body_with_the_same_key_is_refused_and_changes_nothing(
    api: Api, cloud: Cloud, changes: dict[str, Any]
) -> None:
    api.pay()
    before = cloud.items("payments")

    response = api.pay(**changes)

    assert slug(response) == (422, "idempotency-key-reused")
    assert cloud.items("payments") == before


def test_keys_belong_to_users(api: Api, cloud: Cloud) -> None:
    mine, theirs = answered(api.pay()), answered(api.pay(user=BOB, payee="book-shop"))

    assert (mine[0], theirs[0]) == (201, 201)
    assert mine[1]["payment_id"] != theirs[1]["payment_id"]
    assert len(cloud.items("payments")) == 2


@pytest.mark.parametrize(
    ("user", "key"), [("ab", "c"), ("a", "bc"), ("abc", '"'), ("abc", '","'), ("abc", "\\")]
)
def test_user_and_key_are_never_mistaken_for_each_other(api: Api, user: str, key: str) -> None:
    first = answered(api.pay(user="abc", key="k"))[1]["payment_id"]

    other = answered(api.pay(user=user, key=key))[1]["payment_id"]

    assert other != first


def test_without_a_key_nothing_is_created(api: Api, cloud: Cloud) -> None:
    body = {"amount": {"value": 450, "currency": "EUR"}, "payee": "coffee-shop-42"}

    response = api.send("POST", "/payments", body=body)

    assert slug(response) == (400, "idempotency-key-missing")
    assert cloud.items("payments") == []


@pytest.mark.parametrize(
    ("raw", "refusal"),
    [
        ("{", (400, "malformed-request")),
        ("[" * 3_000 + "]" * 3_000, (400, "malformed-request")),
        ("x" * 20_000, (413, "payload-too-large")),
        ('{"amount": {"value": 0, "currency": "EUR"}, "payee": "ab"}', (422, "validation-failed")),
    ],
)
def test_a_bad_body_creates_nothing(
    api: Api, cloud: Cloud, raw: str, refusal: tuple[int, str]
) -> None:
    response = api.send("POST", "/payments", headers={"Idempotency-Key": "k-1"}, raw=raw)

    assert slug(response) == refusal
    assert cloud.items("payments") == []


def test_a_payment_without_a_user_is_refused(api: Api, cloud: Cloud) -> None:
    response = api.pay(user="")

    assert slug(response) == (401, "unauthenticated")
    assert cloud.items("payments") == []


def test_a_payment_is_read_in_its_present_state(api: Api, cloud: Cloud) -> None:
    payment_id = answered(api.pay())[1]["payment_id"]
    fail(cloud, payment_id)

    status, payment = answered(read(api, payment_id))

    assert status == 200
    assert (payment["status"], payment["failure_code"]) == ("failed", "lost_card")
    assert (payment["created_at"], payment["updated_at"]) == (NOW, LATER)


def test_another_users_payment_looks_missing(api: Api) -> None:
    payment_id = answered(api.pay())[1]["payment_id"]

    foreign, missing = read(api, payment_id, user=BOB), read(api, PAY_1)

    assert slug(foreign) == (404, "not-found")
    assert foreign["body"] == missing["body"]


def test_a_wrong_id_is_named(api: Api) -> None:
    response = read(api, "pay_1")

    assert slug(response) == (400, "validation-failed")
    assert answered(response)[1]["errors"][0]["field"] == "payment_id"


def pages(api: Api, **query: str) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        status, page = answered(listed(api, **query, **cursor))
        assert status == 200
        found.append([p["payment_id"] for p in page["items"]])
        if "next_cursor" not in page:
            return found
        cursor = {"cursor": page["next_cursor"]}


def test_own_payments_are_listed_newest_first_in_pages(api: Api, time: VirtualTime) -> None:
    made = []
    for number in range(5):
        made.append(answered(api.pay(key=f"k-{number}"))[1]["payment_id"])
        time.pass_s(1)
    api.pay(user=BOB)

    found = pages(api, page_size="2")

    assert [p for page in found for p in page] == made[::-1]
    assert max(len(page) for page in found) == 2


def test_a_list_can_be_filtered(api: Api, cloud: Cloud) -> None:
    made = [answered(api.pay(key=f"k-{number}"))[1]["payment_id"] for number in range(4)]
    for payment_id in made[:2]:
        fail(cloud, payment_id)

    found = {status: pages(api, status=status, page_size="1") for status in ("failed", "pending")}

    assert sorted(p for page in found["failed"] for p in page) == sorted(made[:2])
    assert sorted(p for page in found["pending"] for p in page) == sorted(made[2:])
    assert pages(api, status="completed") == [[]]


def a_cursor(api: Api) -> str:
    for number in range(2):
        api.pay(key=f"k-{number}")
    cursor: str = answered(listed(api, page_size="1"))[1]["next_cursor"]
    return cursor


def test_a_cursor_of_another_user_or_filter_is_refused(api: Api) -> None:
    cursor = a_cursor(api)

    refusals = [listed(api, user=BOB, cursor=cursor), listed(api, cursor=cursor, status="failed")]

    assert [slug(r) for r in refusals] == [(400, "validation-failed")] * 2
    assert [answered(r)[1]["errors"][0]["field"] for r in refusals] == ["cursor"] * 2


def test_every_tampered_cursor_is_refused_or_means_the_same(api: Api) -> None:
    cursor = a_cursor(api)
    right = answered(listed(api, page_size="1", cursor=cursor))

    for place in range(len(cursor)):
        character = "A" if cursor[place] != "A" else "B"
        response = listed(
            api, page_size="1", cursor=cursor[:place] + character + cursor[place + 1 :]
        )
        assert answered(response) == right or slug(response) == (400, "validation-failed")
    assert slug(listed(api, cursor=cursor[:-3]))[0] == 400
    assert slug(listed(api, cursor=cursor + "AAAA"))[0] == 400


def test_the_entry_point_serves_as_it_was_built_at_import(cloud: Cloud) -> None:
    response = entry.handler(a_request("GET", "/health", user=None), None)

    assert answered(response) == (200, {"status": "ok"})


def test_a_missing_table_is_an_internal_error_without_details(api: Api, cloud: Cloud) -> None:
    cloud.dynamodb.delete_table(TableName=ENVIRONMENT["PAYMENTS_TABLE"])

    response = api.pay()

    assert slug(response) == (500, "internal-error")
    assert "payments-test" not in response["body"]


def test_the_largest_amount_is_kept_exactly(api: Api) -> None:
    amount = money(999_999_999_999, "KWD").model_dump()

    payment_id = answered(api.pay(amount=amount))[1]["payment_id"]

    assert answered(read(api, payment_id))[1]["amount"] == amount
