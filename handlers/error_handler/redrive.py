"""Send a message back to the queue that it failed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from handlers.runtime.aws import as_failure, queue_url
from handlers.runtime.queue import REDRIVES

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef


@dataclass(frozen=True, slots=True)
class Queues:
    sqs: SQSClient
    account: str
    prefix: str

    def send_back(
        self, consumer: str, channel: str, body: str, *, delay_s: int, redrives: int
    ) -> None:
        """Send a message to its queue again. Raises Retryable.

        `redrives` counts the automatic ones; 0 when an operator sends it.
        """
        counted: dict[str, MessageAttributeValueTypeDef] = {
            REDRIVES: {"DataType": "Number", "StringValue": str(redrives)}
        }
        try:
            self.sqs.send_message(
                QueueUrl=queue_url(self.sqs, self.account, f"{self.prefix}-{consumer}--{channel}"),
                MessageBody=body,
                # Set even when it is 0: the queue's own delay is for first copies only.
                DelaySeconds=delay_s,
                MessageAttributes=counted,
            )
        except (BotoCoreError, ClientError) as error:
            raise as_failure(error, "send a message back") from error
