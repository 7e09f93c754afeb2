"""What a message carries into its DLQ."""

from typing import Any

import pytest

from handlers.core.errors import Permanent, Retryable
from handlers.runtime.queue import REASON_CHARS_MAX, park
from tests.builders import a_record
from tests.runtime.fakes import Client
from tests.runtime.test_queue import DLQ, GOOD, QUEUE, a_consumer, failures, raising


def test_a_parked_message_keeps_how_often_it_was_redriven_but_not_why_it_failed_before() -> None:
    sqs = Client()
    before = {"redrives": "2", "failure_kind": "bug", "failure_reason": "old"}
    record = a_record(GOOD, QUEUE, attributes=before)

    failures(a_consumer(raising(Permanent("new")), sqs), record)

    sent = sqs.asked("send_message")[0]["MessageAttributes"]
    assert {name: value["StringValue"] for name, value in sent.items()} == {
        "redrives": "2",
        "failure_kind": "permanent",
        "failure_reason": "new",
    }


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("", "no reason given"),
        ("two\nlines\x00", "two lines "),
        ("x" * 5_000, "x" * REASON_CHARS_MAX),
        ("caf\u00e9 \ud800", "caf\u00e9  "),
    ],
    ids=["empty", "controls", "long", "surrogate"],
)
def test_a_reason_is_recorded_in_characters_that_sqs_accepts(text: str, recorded: str) -> None:
    sqs = Client()

    assert park(sqs.sqs, dlq_url=DLQ, body="{}", kind="bug", reason=text, attributes={})

    assert sqs.asked("send_message")[0]["MessageAttributes"]["failure_reason"] == {
        "DataType": "String",
        "StringValue": recorded,
    }


def test_a_record_without_attributes_is_a_first_delivery() -> None:
    record = a_record(GOOD, QUEUE)
    bare: Any = {**record, "attributes": {}, "messageAttributes": None}
    sqs = Client()

    assert failures(a_consumer(raising(Retryable("x")), sqs), bare) == ["m-1"]
    assert failures(a_consumer(raising(Permanent("x")), sqs), bare) == []
