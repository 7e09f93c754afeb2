"""An AWS in this process: tables as infra/template declares them, queues where a test asks."""

from collections.abc import Mapping
from typing import Any

from handlers.runtime import aws
from infra.services.rows import INDEX_PROJECTION, STORES, Store
from tests.builders import ENVIRONMENT, PREFIX


class Cloud:
    """The AWS of a test; the handlers have clients of their own."""

    def __init__(self) -> None:
        self.dynamodb = aws.dynamodb()
        self.sqs = aws.sqs()
        self.events = aws.events()
        for store in STORES:
            self.dynamodb.create_table(**_table(store))

    def items(self, table: str) -> list[dict[str, Any]]:
        """Return all items of a table, in DynamoDB's own form."""
        answer = self.dynamodb.scan(TableName=f"{PREFIX}-{table}", ConsistentRead=True)
        return [dict(item) for item in answer["Items"]]

    def plain(self, table: str) -> list[dict[str, Any]]:
        """Return all items of a table, numbers as integers."""
        return [
            {name: int(v["N"]) if "N" in v else v["S"] for name, v in item.items()}
            for item in self.items(table)
        ]

    def queue(self, name: str) -> None:
        self.sqs.create_queue(QueueName=f"{PREFIX}-{name}")

    def messages(self, name: str) -> list[dict[str, Any]]:
        """Receive what a queue holds now; the messages stay hidden afterwards."""
        url = aws.queue_url(self.sqs, ENVIRONMENT["ACCOUNT_ID"], f"{PREFIX}-{name}")
        answer = self.sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["All"],
        )
        return [dict(message) for message in answer.get("Messages", [])]


def texts(message: Mapping[str, Any]) -> dict[str, str]:
    """Return the attributes of a received message."""
    return {n: a["StringValue"] for n, a in message.get("MessageAttributes", {}).items()}


def _table(store: Store) -> Any:
    index = store.index
    names = sorted({*store.key, *(index.key if index else ())})
    return {
        "TableName": f"{PREFIX}-{store.name}",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names],
        "KeySchema": _key(store.key),
    } | (
        {
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": index.name,
                    "KeySchema": _key(index.key),
                    "Projection": {"ProjectionType": INDEX_PROJECTION},
                }
            ]
        }
        if index
        else {}
    )


def _key(names: tuple[str, ...]) -> list[dict[str, str]]:
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]
