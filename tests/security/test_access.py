"""Who gets in: every operation of the catalogue, asked with every kind of wrong token.

The answers are API Gateway's own where a token is wrong, the handlers' where a person is.
"""

from __future__ import annotations

import uuid

import pytest

from generated.catalogue import OPERATIONS
from generated.contract import Operation
from tests.security.fortress import BODIES, Fortress
from tests.security.tokens import FORGERIES

pytestmark = pytest.mark.xdist_group("security")

CLOSED = [one for one in OPERATIONS.values() if one.authenticated]
OPEN = [one for one in OPERATIONS.values() if not one.authenticated]
FOR_ROLES = [one for one in OPERATIONS.values() if one.roles]
SECRET_PAYEE = "payee-that-only-alice-knows"


def named(operation: Operation) -> str:
    return operation.operation_id


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("operation", CLOSED, ids=named)
def test_an_operation_is_closed_to(fortress: Fortress, operation: Operation, forgery: str) -> None:
    authorization = FORGERIES[forgery](fortress.scene)

    answer = fortress.attempt(operation, authorization)

    assert answer.status_code == 401, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["type"] == "urn:problem-type:payments:unauthenticated"


@pytest.mark.parametrize("operation", CLOSED, ids=named)
def test_the_same_token_without_a_fault_opens_the_operation(
    fortress: Fortress, operation: Operation
) -> None:
    scene = fortress.scene

    answer = fortress.attempt(operation, f"Bearer {scene.pool.sign(scene.good())}")

    assert answer.status_code in (200, 201, 404), answer.text


def test_only_the_health_check_asks_for_no_token() -> None:
    assert [one.operation_id for one in OPEN] == ["getHealth"]


@pytest.mark.parametrize("operation", FOR_ROLES, ids=named)
def test_an_operation_for_a_role_is_closed_to_everybody_else(
    fortress: Fortress, operation: Operation
) -> None:
    subject = fortress.subject("alice")
    for groups in ((), ("operators",), ("Operator",), ("not-operator",)):
        answer = fortress.attempt(operation, f"Bearer {fortress.pool.token(subject, *groups)}")

        assert answer.status_code == 403, (groups, answer.text)
        assert answer.json()["type"] == "urn:problem-type:payments:forbidden"


@pytest.mark.parametrize("operation", CLOSED, ids=named)
def test_no_operation_shows_or_gives_one_user_what_is_anothers(
    fortress: Fortress, operation: Operation
) -> None:
    fortress.fund("alice", 777, "AUD")
    payment_id = fortress.pay("alice", 1, "AUD", payee=SECRET_PAYEE)
    fortress.end_of("alice", payment_id)
    before = fortress.money()
    path = {"payment_id": payment_id, "currency": "AUD"}
    token = fortress.pool.token(fortress.subject("bob"), *operation.roles)

    answer = fortress.attempt(operation, f"Bearer {token}", path)

    assert not answer.is_server_error
    for known in (payment_id, SECRET_PAYEE, fortress.subject("alice")):
        if operation.roles:  # an operator looks after everybody's failed events
            continue
        assert known not in answer.text
    assert {w: m for w, m in fortress.money().items() if w in before} == before


def test_a_cursor_of_one_user_is_of_no_use_to_another(fortress: Fortress) -> None:
    for _ in range(2):
        fortress.pay("alice", 1, "CAD")
    cursor = fortress.call("alice", "GET", "/payments?page_size=1").json()["next_cursor"]

    answer = fortress.call("bob", "GET", f"/payments?page_size=1&cursor={cursor}")

    assert answer.status_code == 400, answer.text


def test_the_key_of_another_user_reaches_nothing_of_theirs(fortress: Fortress) -> None:
    key = str(uuid.uuid4())
    of_alice = fortress.call(
        "alice", "POST", "/payments", key=key, body=dict(BODIES["createPayment"])
    )

    of_bob = fortress.call("bob", "POST", "/payments", key=key, body=dict(BODIES["createPayment"]))

    assert of_bob.status_code == 201
    assert of_bob.json()["payment_id"] != of_alice.json()["payment_id"]
    assert "Idempotency-Replayed" not in of_bob.headers


def test_a_user_puts_no_money_into_any_wallet_outside_a_sandbox(fortress: Fortress) -> None:
    before = fortress.money()
    for owner in (None, fortress.subject("alice"), fortress.subject("bob")):
        body = dict(BODIES["createDeposit"]) | ({"user_id": owner} if owner else {})

        answer = fortress.call("alice", "POST", "/wallets/EUR/deposits", key="mine", body=body)

        assert answer.status_code == 403, answer.text
    assert fortress.money() == before
