"""A function as the documentation of Powertools for AWS Lambda writes one.

Logger, Tracer and Metrics as decorators, the REST resolver with validation, the batch utility with
a model per record, boto3 clients made at import. Its models of the contract are the project's.
"""

from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.parser.models import SqsRecordModel
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import Json

from generated.events.payment_initiated import PaymentInitiated
from generated.services.wallet_service import WalletServiceMessage

tracer = Tracer()
logger = Logger()
metrics = Metrics()
app = APIGatewayRestResolver(enable_validation=True)

dynamodb = boto3.client("dynamodb")
sqs = boto3.client("sqs")
events = boto3.client("events")


class Record(SqsRecordModel):
    body: Json[WalletServiceMessage]


processor = BatchProcessor(event_type=EventType.SQS, model=Record)


@app.post("/payments")
@tracer.capture_method
def create_payment(payment: PaymentInitiated) -> PaymentInitiated:
    logger.info("created", extra={"payment_id": payment.payment_id})
    return payment


@tracer.capture_method
def record_handler(record: Record) -> None:
    logger.info("handled", extra={"payment_id": record.body.data.payment_id})
    metrics.add_metric(name="Handled", unit=MetricUnit.Count, value=1)


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(
    event: dict[str, Any], context: LambdaContext
) -> dict[str, Any] | PartialItemFailureResponse:
    if "Records" not in event:
        return app.resolve(event, context)
    return process_partial_response(
        event=event, record_handler=record_handler, processor=processor, context=context
    )
