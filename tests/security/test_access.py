"""Every operation of the catalogue, asked with every kind of wrong token, and by the wrong user.

API Gateway answers where the token is wrong, the handlers where the user is.
"""

from __future__ import annotations

import uuid

import pytest

from generated.catalogue import OPERATIONS
from generated.contract import Operation
from tests.running.stack import RunningStack
from tests.security.attempts import BODIES, attempt
from tests.security.tokens import FORGERIES, Context

pytestmark = pytest.mark.xdist_group("security")

CLOSED = [one for one in OPERATIONS.values() if one.authenticated]
OPEN = [one for one in OPERATIONS.values() if not one.authenticated]
FOR_ROLES = [one for one in OPERATIONS.values() if one.roles]
SECRET_PAYEE = "payee-that-only-alice-knows"


def named(operation: Operation) -> str:
    return operation.operation_id


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("operation", CLOSED, ids=named)
def test_an_operation_is_closed_to(
    stack: RunningStack, context: Context, operation: Operation, forgery: str
) -> None:
    authorization = FORGERIES[forgery](context)

    answer = attempt(stack, operation, authorization)

    assert answer.status_code == 401, answer.text
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["type"] == "urn:problem-type:payments:unauthenticated"


@pytest.mark.parametrize("operation", CLOSED, ids=named)
def test_the_same_token_without_a_fault_opens_the_operation(
    stack: RunningStack, context: Context, operation: Operation
) -> None:
    answer = attempt(stack, operation, f"Bearer {context.pool.sign(context.good())}")

    assert answer.status_code in (200, 201, 404), answer.text


def test_only_the_health_check_asks_for_no_token() -> None:
    assert [one.operation_id for one in OPEN] == ["getHealth"]


@pytest.mark.parametrize("operation", FOR_ROLES, ids=named)
def test_an_operation_for_a_role_is_closed_to_everybody_else(
    stack: RunningStack, operation: Operation
) -> None:
    subject = stack.alice.user_id
    for groups in ((), ("operators",), ("Operator",), ("not-operator",)):
        answer = attempt(stack, operation, f"Bearer {stack.pool.token(subject, *groups)}")

        assert answer.status_code == 403, (groups, answer.text)
        assert answer.json()["type"] == "urn:problem-type:payments:forbidden"


@pytest.mark.parametrize("operation", CLOSED, ids=named)
def test_no_operation_shows_or_gives_one_user_what_is_anothers(
    stack: RunningStack, operation: Operation
) -> None:
    stack.alice.fund(777, "AUD")
    payment_id = stack.alice.pay(1, "AUD", payee=SECRET_PAYEE)
    stack.alice.end_of(payment_id)
    before = stack.money()
    path = {"payment_id": payment_id, "currency": "AUD"}
    token = stack.pool.token(stack.bob.user_id, *operation.roles)

    answer = attempt(stack, operation, f"Bearer {token}", path)

    assert not answer.is_server_error
    for known in (payment_id, SECRET_PAYEE, stack.alice.user_id):
        if operation.roles:  # an operator sees everybody's failed events
            continue
        assert known not in answer.text
    assert {w: m for w, m in stack.money().items() if w in before} == before


def test_a_cursor_of_one_user_is_of_no_use_to_another(stack: RunningStack) -> None:
    for _ in range(2):
        stack.alice.pay(1, "CAD")
    cursor = stack.alice.call("GET", "/payments?page_size=1").json()["next_cursor"]

    answer = stack.bob.call("GET", f"/payments?page_size=1&cursor={cursor}")

    assert answer.status_code == 400, answer.text


def test_the_key_of_another_user_reaches_nothing_of_theirs(stack: RunningStack) -> None:
    key = str(uuid.uuid4())
    of_alice = stack.alice.call("POST", "/payments", key=key, body=dict(BODIES["createPayment"]))

    of_bob = stack.bob.call("POST", "/payments", key=key, body=dict(BODIES["createPayment"]))

    assert of_bob.status_code == 201
    assert of_bob.json()["payment_id"] != of_alice.json()["payment_id"]
    assert "Idempotency-Replayed" not in of_bob.headers


def test_a_user_puts_no_money_into_any_wallet_outside_a_sandbox(stack: RunningStack) -> None:
    before = stack.money()
    for owner in (None, stack.alice.user_id, stack.bob.user_id):
        body = dict(BODIES["createDeposit"]) | ({"user_id": owner} if owner else {})

        answer = stack.alice.call("POST", "/wallets/EUR/deposits", key="mine", body=body)

        assert answer.status_code == 403, answer.text
    assert stack.money() == before
