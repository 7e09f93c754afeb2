"""A function that cannot start is reported with the reason and its log (bare MiniStack)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from infra.local import ministack
from infra.local.clients import LocalAws
from infra.local.home import Home
from infra.local.processes import LocalError
from infra.local.warming import failure, warm_up

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

STARTS = "def handler(event, context):\n    return {'batchItemFailures': []}\n"
CANNOT_START = "print('reading settings')\nTABLES = {}\nprint(TABLES['receipts'])\n"
CANNOT_HANDLE = "def handler(event, context):\n    print('relaying')\n    return event['Nothing']\n"


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    home = Home(tmp_path_factory.mktemp("ministack"))
    running = ministack.launch(home, dependencies=home.directory, iam_enforced=False, workers_max=2)
    try:
        ministack.await_ready(running)
        with closing(LocalAws(running.endpoint)) as local:
            yield local
    finally:
        running.stop()


@pytest.fixture
def functions(aws: LocalAws) -> Iterator[LambdaClient]:
    client: LambdaClient = aws.client("lambda")
    yield client
    for one in client.list_functions()["Functions"]:
        client.delete_function(FunctionName=one["FunctionName"])


def create(functions: LambdaClient, name: str, source: str) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as package:
        package.writestr("entry.py", source)
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/none",
        Handler="entry.handler",
        Code={"ZipFile": packed.getvalue()},
    )


def test_functions_that_start_are_not_reported(aws: LocalAws, functions: LambdaClient) -> None:
    create(functions, "receipt-sender-consumer", STARTS)
    create(functions, "receipt-sender-api", STARTS)

    warm_up(aws)


def test_an_entry_point_that_raises_at_import_is_reported_with_reason_and_log(
    aws: LocalAws, functions: LambdaClient
) -> None:
    create(functions, "wallet-service-consumer", STARTS)
    create(functions, "receipt-sender-consumer", CANNOT_START)

    with pytest.raises(LocalError) as caught:
        warm_up(aws)

    title, function, *log = str(caught.value).splitlines()
    assert title == "1 of 2 functions did not start:"
    assert function == "  receipt-sender-consumer: KeyError: 'receipts'"
    assert "entry.py" in "\n".join(log)
    assert "print(TABLES['receipts'])" in "\n".join(log)


def test_a_handler_that_raises_is_reported_with_what_it_logged(
    aws: LocalAws, functions: LambdaClient
) -> None:
    create(functions, "event-relay-stream", CANNOT_HANDLE)

    with pytest.raises(LocalError, match=r"event-relay-stream: 'Nothing'\n    relaying"):
        warm_up(aws)


def test_the_last_line_of_an_error_is_the_reason_and_the_rest_is_the_log() -> None:
    error = {"errorMessage": "Worker init failed\nTraceback:\n  line 1\nValueError: no table\n"}

    found = failure("receipt-sender-api", error, "START\n")

    assert found.reason == "ValueError: no table"
    assert found.log == ("Worker init failed", "Traceback:", "  line 1", "START")


def test_an_error_without_a_message_is_reported_by_its_type() -> None:
    assert failure("a", {"errorType": "Runtime.ExitError"}, "").reason == "Runtime.ExitError"
