"""SQS in memory: visibility, receive counts, redrive policies, delays and attributes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tests.simulation.cloud.errors import NotInFakeError, only, refused

Attributes: TypeAlias = Mapping[str, Mapping[str, str]]
Call: TypeAlias = Mapping[str, Any]

MESSAGE_BYTES_MAX: Final = 262_144
ATTRIBUTES_MAX: Final = 10
DELAY_MAX_S: Final = 900
VISIBILITY_MAX_S: Final = 43_200


@dataclass(slots=True)
class Message:
    message_id: str
    body: str
    attributes: Attributes
    sent_at: float
    visible_at: float
    receives: int = 0
    receipt: str = ""


@dataclass(slots=True)
class Queue:
    """`dead_letter` and `receives_max` are its redrive policy (none: a DLQ itself)."""

    name: str
    arn: str
    delay_s: float
    visibility_s: float
    dead_letter: str | None = None
    receives_max: int = 0
    messages: dict[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class Sqs:
    """`on_visible` receives when a queue has a visible message next, `on_send` each new one."""

    queues: Mapping[str, Queue]
    now_s: Callable[[], float]
    on_visible: Callable[[Queue, float], None] = lambda _queue, _at: None
    on_send: Callable[[Queue, Message], None] = lambda _queue, _message: None
    count: int = 0

    def call(self, operation: str, p: Call) -> dict[str, Any]:
        """Answer as AWS. Raises ClientError, or NotInFakeError for what the fake does not know."""
        match operation:
            case "SendMessage":
                only(operation, p, "QueueUrl", "MessageBody", "DelaySeconds", "MessageAttributes")
                attributes = p.get("MessageAttributes") or {}
                _check(p, attributes)
                queue = self.named(operation, p["QueueUrl"])
                delay_s = p.get("DelaySeconds", queue.delay_s)
                return {"MessageId": self.send(queue, p["MessageBody"], attributes, delay_s)}
            case "ChangeMessageVisibility":
                only(operation, p, "QueueUrl", "ReceiptHandle", "VisibilityTimeout")
                self._change(operation, p)
                return {}
            case _:
                raise NotInFakeError(f"sqs {operation}")

    def named(self, operation: str, url: str) -> Queue:
        name = url.rpartition("/")[2]
        if name not in self.queues:
            raise refused(operation, "AWS.SimpleQueueService.NonExistentQueue", f"no queue {name}")
        return self.queues[name]

    def send(
        self, queue: Queue, body: str, attributes: Attributes, delay_s: float | None = None
    ) -> str:
        self.count += 1
        now = self.now_s()
        wait = queue.delay_s if delay_s is None else delay_s
        message = Message(f"m{self.count}", body, attributes, now, now + wait)
        self._put(queue, message)
        return message.message_id

    def copy(self, message: Message) -> Message:
        """Return a copy of a message, with an id of its own, to be delivered independently."""
        self.count += 1
        name = f"{message.message_id}d{self.count}"
        copy = Message(name, message.body, message.attributes, message.sent_at, 0.0)
        copy.receives = message.receives - 1
        return copy

    def receive(self, queue: Queue, most: int) -> list[Message]:
        """Receive up to `most` messages, oldest first; those received too often go to the DLQ."""
        now = self.now_s()
        ready = [m for m in queue.messages.values() if m.visible_at <= now]
        taken: list[Message] = []
        for message in ready:
            if queue.dead_letter and message.receives >= queue.receives_max:
                self._dead_letter(queue, message)
            elif len(taken) < most:
                self.take(queue, message)
                taken.append(message)
        return taken

    def waiting(self, queue: Queue) -> bool:
        """Whether the queue has a visible message."""
        now = self.now_s()
        return any(message.visible_at <= now for message in queue.messages.values())

    def take(self, queue: Queue, message: Message) -> None:
        """Deliver a message: a new receipt, invisible for a while."""
        message.receives += 1
        message.receipt = f"{message.message_id}.{message.receives}"
        message.visible_at = self.now_s() + queue.visibility_s

    def delete(self, queue: Queue, message_id: str, receipt: str) -> Message | None:
        """Delete and return a message; an old receipt deletes nothing."""
        message = queue.messages.get(message_id)
        if message is None or message.receipt != receipt:
            return None
        return queue.messages.pop(message_id)

    def _put(self, queue: Queue, message: Message) -> None:
        queue.messages[message.message_id] = message
        self.on_send(queue, message)
        self.on_visible(queue, message.visible_at)

    def _dead_letter(self, queue: Queue, message: Message) -> None:
        del queue.messages[message.message_id]
        message.visible_at = self.now_s()
        self._put(self.queues[queue.dead_letter or ""], message)

    def _change(self, operation: str, p: Call) -> None:
        queue = self.named(operation, p["QueueUrl"])
        timeout_s, receipt = p["VisibilityTimeout"], p["ReceiptHandle"]
        if type(timeout_s) is not int or not 0 <= timeout_s <= VISIBILITY_MAX_S:
            raise refused(operation, "InvalidParameterValue", "VisibilityTimeout")
        message = queue.messages.get(receipt.partition(".")[0])
        if message is None:
            raise refused(operation, "InvalidParameterValue", "the message does not exist")
        if message.visible_at <= self.now_s():
            raise refused(operation, "AWS.SimpleQueueService.MessageNotInflight")
        if message.receipt == receipt:
            message.visible_at = self.now_s() + timeout_s
            self.on_visible(queue, message.visible_at)


def record_of(queue: Queue, message: Message, region: str) -> dict[str, Any]:
    """Return the message as Lambda's poller passes it to a function."""
    return {
        "messageId": message.message_id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at * 1000)),
        },
        "messageAttributes": {
            name: {
                "stringValue": value["StringValue"],
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.attributes.items()
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": queue.arn,
        "awsRegion": region,
    }


def _check(p: Call, attributes: Attributes) -> None:
    operation, body = "SendMessage", p["MessageBody"]
    delay_s = p.get("DelaySeconds", 0)
    if type(delay_s) is not int or not 0 <= delay_s <= DELAY_MAX_S:
        raise refused(operation, "InvalidParameterValue", f"DelaySeconds {delay_s}")
    if not body:
        raise refused(operation, "MissingParameter", "MessageBody")
    if len(attributes) > ATTRIBUTES_MAX:
        raise refused(operation, "InvalidParameterValue", "more than 10 attributes")
    size = len(body.encode()) + sum(_checked(*attribute) for attribute in attributes.items())
    if size > MESSAGE_BYTES_MAX:
        raise refused(operation, "InvalidParameterValue", "One or more parameters are too long")
    if not _characters(body):
        raise refused(operation, "InvalidMessageContents", "characters of the body")


def _checked(name: str, value: Mapping[str, str]) -> int:
    """Return the size of an attribute. Raises ClientError when SQS would refuse it."""
    text = value.get("StringValue", "")
    if set(value) != {"DataType", "StringValue"} or value["DataType"] not in TYPES or not text:
        raise refused("SendMessage", "InvalidParameterValue", f"attribute {name}")
    if value["DataType"] == "Number" and not text.lstrip("-").isdigit():
        raise refused("SendMessage", "InvalidParameterValue", f"attribute {name} is no number")
    if not _characters(text):
        raise refused("SendMessage", "InvalidParameterValue", f"characters of {name}")
    return len(name) + len(value["DataType"]) + len(text.encode())


TYPES: Final = ("String", "Number")


def _characters(text: str) -> bool:
    """Whether SQS accepts the characters: those of XML 1.0."""
    return text.isprintable() or all(
        c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c >= "\U00010000"
        for c in text
    )
