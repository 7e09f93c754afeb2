"""A consumer as the documentation of Powertools for AWS Lambda writes one.

Logger, Tracer and Metrics as decorators, the batch utility with a model per record, boto3 clients
at import. The contract's models are the same as in the project.
"""

from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.parser.types import Json
from aws_lambda_powertools.utilities.typing import LambdaContext

from generated.services.wallet_service import WalletServiceMessage
from generated.events.payment_initiated import PaymentInitiated

logger = Logger()
tracer = Tracer()
metrics = Metrics()
app = APIGatewayRestResolver(enable_validation=True)

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
events = boto3.client("events")


class PaymentRecord(SqsRecordModel):
    body: Json[WalletServiceMessage]  # type: ignore[type-arg]


processor = BatchProcessor(event_type=EventType.SQS, model=PaymentRecord)

@app.post("/payments")
def create(payment: PaymentInitiated) -> PaymentInitiated:
    return payment

@tracer.capture_method
def record_handler(record: PaymentRecord) -> None:
    logger.info("handled")


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    return process_partial_response(
        event=event, record_handler=record_handler, processor=processor, context=context
    )
