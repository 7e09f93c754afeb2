"""Events as they travel: what is read, what is refused and why, what announcing again changes."""

import json
import math
from typing import Any

import pytest

from generated.messages.payment_initiated import PaymentInitiatedMessage
from generated.messages.wallet_funds_released import WalletFundsReleasedMessage
from handlers.core.envelope import (
    Cause,
    announced_again,
    announcement,
    parsed,
    times_announced_again,
)
from handlers.core.errors import Permanent
from tests.builders import NOW, PAY_1, about, asked, initiated, released, travelling

GOOD = travelling(initiated())


def changed(path: str, value: Any) -> str:
    """The good message with one field changed."""
    message = json.loads(GOOD)
    *parents, last = path.split(".")
    inner = message
    for step in parents:
        inner = inner[step]
    inner[last] = value
    return json.dumps(message)


def test_what_is_announced_can_be_read() -> None:
    message = parsed(PaymentInitiatedMessage, GOOD)

    assert message.data == initiated()
    assert (message.subject, message.time, message.correlationid) == (PAY_1, NOW, "cor-1")
    assert message.causationid is None


def test_an_announcement_names_its_cause() -> None:
    body = announcement(
        released(),
        event_type="wallet.funds_released",
        source="wallet-service",
        subject=PAY_1,
        time=NOW,
        cause=Cause("cor-7", "evt_" + "a" * 26),
    )

    message = parsed(WalletFundsReleasedMessage, body)

    assert (message.correlationid, message.causationid) == ("cor-7", "evt_" + "a" * 26)


def test_announcing_again_changes_only_the_count() -> None:
    twice = announced_again(announced_again(GOOD))

    assert json.loads(twice) == json.loads(GOOD) | {"reannounced": 2}
    assert times_announced_again(twice) == 2
    assert times_announced_again(GOOD) == 0


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        ("specversion", "2.0", "specversion"),
        ("source", "wallet-service", "source"),
        ("type", "payment.failed", "type"),
        ("id", "evt_short", "id"),
        ("time", "2026-03-01T12:00:00Z", "time"),
        ("reannounced", 0, "reannounced"),
        ("reannounced", True, "reannounced"),
        ("data.amount.value", 0, "data.amount.value"),
        ("data.amount.value", -1, "data.amount.value"),
        ("data.amount.value", 5.5, "data.amount.value"),
        ("data.amount.value", "5", "data.amount.value"),
        ("data.amount.value", True, "data.amount.value"),
        ("data.amount.value", 10**12, "data.amount.value"),
        ("data.amount.value", 10**39, "data.amount.value"),
        ("data.amount.currency", "usd", "data.amount.currency"),
        ("data.amount.currency", "XXX", "data.amount.currency"),
        ("data.amount.cents", 1, "data.amount.cents"),
        ("data.amount", None, "data.amount"),
        ("data.payee", "", "data.payee"),
        ("data.user_id", "a b", "data.user_id"),
        ("causationid", None, "causationid"),
        ("reannounced", None, "reannounced"),
        ("data", [], "data"),
        ("data", None, "data"),
    ],
)
def test_a_broken_field_is_named(path: str, value: Any, named: str) -> None:
    with pytest.raises(Permanent) as refusal:
        parsed(PaymentInitiatedMessage, changed(path, value))

    assert f"{named}:" in str(refusal.value)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "null",
        "{}",
        '"text"',
        json.dumps(GOOD),
        GOOD[:-1],
        GOOD + GOOD,
        "[" * 100_000,
        '{"a":' * 5_000 + "1" + "}" * 5_000,
        "\ud800",
        GOOD.replace("coffee", "\\ud800"),
        GOOD.replace("500", "1" * 5_000),
    ],
    ids=range(14),
)
def test_what_is_no_event_is_refused(body: str) -> None:
    with pytest.raises(Permanent, match="breaks the contract"):
        parsed(PaymentInitiatedMessage, body)


def test_values_of_a_broken_message_are_not_quoted() -> None:
    with pytest.raises(Permanent) as refusal:
        parsed(PaymentInitiatedMessage, changed("data.payee", "4111 1111 1111 1111"))

    assert "4111" not in str(refusal.value)


def test_a_message_with_many_faults_is_refused_with_the_first_few() -> None:
    with pytest.raises(Permanent, match="and 3 more"):
        parsed(PaymentInitiatedMessage, "{}")


@pytest.mark.parametrize("value", [1, "x", {"deep": [1, {}]}, None, [None]])
def test_fields_of_a_later_minor_version_are_accepted(value: Any) -> None:
    message = parsed(PaymentInitiatedMessage, changed("data.later", value))

    assert message.data == initiated()


def test_a_text_that_says_null_is_no_null() -> None:
    body = changed("data.user_id", "null")

    assert parsed(PaymentInitiatedMessage, body).data.user_id == "null"


@pytest.mark.parametrize("value", [math.nan, math.inf, 0.0, 1e300])
def test_an_amount_that_is_no_integer_is_refused(value: float) -> None:
    with pytest.raises(Permanent):
        parsed(PaymentInitiatedMessage, changed("data.amount.value", value))


def test_an_announcement_carries_no_nulls() -> None:
    assert "null" not in GOOD
    assert set(json.loads(GOOD)["data"]) == set(asked()) > set(about())
