"""The fake is tested too: the same random operations on it, on moto and on MiniStack.

A difference is either explained here, with the side that is wrong, or it is a failure.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final
from uuid import uuid4

import botocore.session
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from infra.local.home import Home
from infra.local.ministack import await_ready, launch
from infra.services.rows import INDEX_PROJECTION, STORES
from tests.simulation.cloud.events import ENTRIES_MAX
from tests.simulation.cloud.stack import Cloud, cloud, named
from tests.simulation.random_operations import calls

OPERATIONS: Final = 400
REGION: Final = "eu-central-1"
MEANINGLESS: Final = ("ResponseMetadata", "ConsumedCapacity", "ItemCollectionMetrics")
SNAKE: Final = {
    "PutItem": "put_item",
    "UpdateItem": "update_item",
    "GetItem": "get_item",
    "Query": "query",
    "BatchGetItem": "batch_get_item",
    "TransactWriteItems": "transact_write_items",
}


@pytest.fixture
def fake() -> Cloud:
    return cloud(lambda: 0.0)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start an empty MiniStack, and give its endpoint."""
    folder = tmp_path_factory.mktemp("ministack")
    running = launch(Home(folder), dependencies=folder, iam_enforced=False, workers_max=1)
    try:
        await_ready(running)
        yield running.endpoint
    finally:
        running.stop()


@pytest.fixture(params=["moto", "ministack"])
def real_address(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """Give the endpoint of MiniStack, or none for moto, which is in this process."""
    if request.param == "ministack":
        yield request.getfixturevalue("endpoint")
        return
    with mock_aws():
        yield None


@pytest.fixture
def real(real_address: str | None) -> Any:
    """Return a DynamoDB client with the tables of the template."""
    return _with_tables(real_address)


def _client(service: str, endpoint: str | None) -> Any:
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )


def _with_tables(endpoint: str | None) -> Any:
    client = _client("dynamodb", endpoint)
    for store in STORES:
        if named(store.name) in client.list_tables()["TableNames"]:
            client.delete_table(TableName=named(store.name))
        index = store.index
        names = sorted({*store.key, *(index.key if index else ())})
        indexes = {"GlobalSecondaryIndexes": [_index(index)]} if index else {}
        client.create_table(
            TableName=named(store.name),
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in names],
            KeySchema=_key(store.key),
            **indexes,
        )
    return client


def _index(index: Any) -> dict[str, Any]:
    return {
        "IndexName": index.name,
        "KeySchema": _key(index.key),
        "Projection": {"ProjectionType": INDEX_PROJECTION},
    }


def _key(names: tuple[str, ...]) -> list[dict[str, str]]:
    kinds = ("HASH", "RANGE")
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds, strict=False)]


@pytest.mark.xdist_group("fake")
@pytest.mark.parametrize("seed", range(4))
def test_the_fake_answers_as_the_real_dynamodb_does(fake: Cloud, real: Any, seed: int) -> None:
    """Answers, errors, cancellation reasons and pages are the same, operation by operation."""
    for number, (service, operation, parameters) in enumerate(
        calls(Random(seed), OPERATIONS, prefix=named("").rstrip("-"))
    ):
        if "ClientRequestToken" in parameters:  # MiniStack remembers those of earlier seeds
            parameters["ClientRequestToken"] += f"-of-{seed}"
        ours = _answer(operation, lambda: fake.call(service, operation, parameters))  # noqa: B023
        call = getattr(real, SNAKE[operation])
        theirs = _answer(operation, lambda: call(**parameters))  # noqa: B023
        if operation == "Query" and "LastEvaluatedKey" not in theirs:
            ours = _without_empty_page(fake, parameters, ours)
        assert ours == theirs, f"operation {number}: {operation} {parameters}"


def _without_empty_page(fake: Cloud, parameters: dict[str, Any], answer: Any) -> Any:
    """Remove the LastEvaluatedKey of a full page that nothing follows: AWS and the fake return it,
    moto and MiniStack do not.
    """
    last = answer.get("LastEvaluatedKey")
    if last is None:
        return answer
    rest = fake.call("dynamodb", "Query", {**parameters, "ExclusiveStartKey": last})
    assert rest["ScannedCount"] == 0, parameters
    return {name: value for name, value in answer.items() if name != "LastEvaluatedKey"}


def _answer(operation: str, call: Any) -> Any:
    """Return the answer of an operation without the parts that carry no meaning."""
    try:
        answer = call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        reasons: Any = error.response.get("CancellationReasons", [])
        return code, error.response.get("Item"), [reason.get("Code") for reason in reasons]
    answer = {name: value for name, value in answer.items() if name not in MEANINGLESS}
    if operation == "BatchGetItem":
        for items in answer["Responses"].values():
            items.sort(key=repr)
        answer["Responses"] = {name: items for name, items in answer["Responses"].items() if items}
    return answer


@pytest.mark.xdist_group("fake")
@pytest.mark.parametrize("seed", range(4))
def test_queues_deliver_hide_and_redrive_as_the_real_ones(
    fake: Cloud, real_address: str | None, seed: int
) -> None:
    """Receive counts, attributes, deletion and redrive policies are the same."""
    client = _client("sqs", real_address)
    ours = fake.sqs.queues[named("wallet-service--payment-initiated")]
    theirs = _queue_pair(client, ours.receives_max)
    random = Random(seed)
    for number in range(120):
        _one_step(random, number, fake, client, theirs)
    dead = fake.sqs.queues[ours.dead_letter or ""]
    got = client.receive_message(QueueUrl=theirs[1], MaxNumberOfMessages=10)
    bodies = [message["Body"] for message in got.get("Messages", [])]
    assert sorted(bodies) == sorted(m.body for m in dead.messages.values())[:10]


def _queue_pair(client: Any, receives_max: int) -> tuple[str, str]:
    dead = client.create_queue(QueueName=f"dead-{uuid4()}")["QueueUrl"]
    arn = client.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    policy = f'{{"deadLetterTargetArn":"{arn["QueueArn"]}","maxReceiveCount":{receives_max}}}'
    live = client.create_queue(
        QueueName=f"live-{uuid4()}", Attributes={"RedrivePolicy": policy, "VisibilityTimeout": "99"}
    )
    return live["QueueUrl"], dead


def _one_step(
    random: Random, number: int, fake: Cloud, client: Any, theirs: tuple[str, str]
) -> None:
    """Send a message, or receive one and then delete it, make it visible again or keep it."""
    queue = fake.sqs.queues[named("wallet-service--payment-initiated")]
    url = f"https://sqs/1/{queue.name}"
    if random.random() < 0.3:
        attributes = {"redrives": {"DataType": "Number", "StringValue": str(number)}}
        sent = {"MessageBody": f"body {number}", "MessageAttributes": attributes}
        fake.call("sqs", "SendMessage", {"QueueUrl": url, "DelaySeconds": 0, **sent})
        client.send_message(QueueUrl=theirs[0], **sent)
        return
    ours = fake.sqs.receive(queue, 1)
    real = client.receive_message(
        QueueUrl=theirs[0],
        MaxNumberOfMessages=1,
        MessageAttributeNames=["All"],
        AttributeNames=["ApproximateReceiveCount"],
    ).get("Messages", [])
    assert [(m.body, str(m.receives), m.attributes) for m in ours] == [
        (m["Body"], m["Attributes"]["ApproximateReceiveCount"], m["MessageAttributes"])
        for m in real
    ]
    if not ours:
        return
    end = random.random()
    if end < 0.2:
        assert fake.sqs.delete(queue, ours[0].message_id, ours[0].receipt)
        client.delete_message(QueueUrl=theirs[0], ReceiptHandle=real[0]["ReceiptHandle"])
    elif end < 0.9:
        again = {"VisibilityTimeout": 0}
        receipt = {"ReceiptHandle": ours[0].receipt}
        fake.call("sqs", "ChangeMessageVisibility", {"QueueUrl": url, **receipt, **again})
        client.change_message_visibility(
            QueueUrl=theirs[0], ReceiptHandle=real[0]["ReceiptHandle"], **again
        )


ENTRY: Final = {"Source": "wallet-service", "DetailType": "wallet.funds_reserved", "Detail": "{}"}


@pytest.mark.xdist_group("fake")
@pytest.mark.parametrize(
    "entries",
    [
        [ENTRY] * 10,
        [ENTRY] * 11,
        [ENTRY, ENTRY | {"Detail": "{"}, ENTRY],
        [ENTRY | {"Source": ""}, ENTRY],
        [ENTRY | {"DetailType": ""}],
    ],
    ids=["ten", "eleven", "a broken detail", "no source", "no type"],
)
def test_the_bus_accepts_and_refuses_entries_as_the_real_one(
    fake: Cloud, real_address: str | None, entries: list[dict[str, str]]
) -> None:
    client = _client("events", real_address)
    if named("events") not in {bus["Name"] for bus in client.list_event_buses()["EventBuses"]}:
        client.create_event_bus(Name=named("events"))
    sent = [entry | {"EventBusName": named("events")} for entry in entries]

    ours = _accepted(lambda: fake.call("events", "PutEvents", {"Entries": sent}))

    theirs = _accepted(lambda: client.put_events(Entries=sent))
    if real_address and len(entries) < ENTRIES_MAX:
        # Explained: MiniStack accepts entries that AWS and moto refuse.
        assert theirs == (0, [None] * len(sent))
    else:
        assert ours == theirs


def _accepted(call: Any) -> Any:
    """Return how many entries failed, and the code of each; or the code of the failed call."""
    try:
        answer = call()
    except ClientError as error:
        return error.response["Error"]["Code"]
    return answer["FailedEntryCount"], [entry.get("ErrorCode") for entry in answer["Entries"]]
