"""What invokes the functions, apart from HTTP: queues, dead-letter queues and streams."""

import json
from typing import Final

from troposphere import GetAtt, If, Ref, Template
from troposphere.awslambda import (
    DestinationConfig,
    EventInvokeConfig,
    EventSourceMapping,
    Filter,
    FilterCriteria,
    MetricsConfig,
    OnFailure,
)

from infra.services.rows import streamed_tables
from infra.template import routing
from infra.template.amended import SourceScaling
from infra.template.functions import Function, receiver
from infra.template.naming import camel
from infra.template.parameters import ON_MINISTACK
from infra.template.permissions import queue, table

PARTIAL: Final = ["ReportBatchItemFailures"]
CONCURRENCY_MIN: Final = 2  # the least that Lambda takes
RELAY_BATCH_ITEMS: Final = 100
INVOKE_RETRIES_MAX: Final = 2
INVOKE_AGE_MAX_S: Final = 6 * 3600
# Only records that announce something. The outbox is a string, because a filter can see that a
# string exists but not that a list does.
HAS_OUTBOX: Final = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"NewImage": {"outbox": {"S": [{"exists": True}]}}},
}


def add(template: Template) -> None:
    """Add every event source mapping, and what happens to invocations that fail."""
    for name in routing.source_queues():
        reader = receiver(routing.owner(name))
        template.add_resource(_queue_source(name, reader, _concurrency(name)))
    for name in routing.dead_letter_queues():
        template.add_resource(_queue_source(name, receiver(routing.ERROR_HANDLER), CONCURRENCY_MIN))
    for name in streamed_tables():
        template.add_resource(_stream_source(name))
    for service in routing.invoked_services():
        template.add_resource(_invoke_config(service))


def _concurrency(queue_name: str) -> int | If:
    """How many batches of a queue are handled at a time; what is sent back is never urgent."""
    if queue_name in routing.return_queues():
        return CONCURRENCY_MIN
    # MiniStack runs each batch in a process of its own, and takes no parameter for a number.
    return If(ON_MINISTACK, CONCURRENCY_MIN, Ref("QueueConcurrency"))


def _queue_source(name: str, reader: Function, concurrency: int | If) -> EventSourceMapping:
    return EventSourceMapping(
        f"{camel(name)}Source",
        EventSourceArn=GetAtt(queue(name), "Arn"),
        FunctionName=GetAtt(reader.logical_id, "Arn"),
        BatchSize=reader.batch_items,
        FunctionResponseTypes=PARTIAL,
        # Also a bulkhead: no queue takes the account's concurrency from the others.
        ScalingConfig=SourceScaling(MaximumConcurrency=concurrency),
    )


def _stream_source(name: str) -> EventSourceMapping:
    """A table's stream into the relay, which never gives up on a record while it exists (24 h).

    The relay parks what it cannot publish, so only a bus that refuses everything blocks a shard;
    then waiting is right. If it lasts until records expire, where they were is written to the
    relay's dead-letter queue.
    """
    lost = GetAtt(queue(routing.dead_letter_queue(routing.OUTBOX_QUEUE)), "Arn")
    return EventSourceMapping(
        stream_source(name),
        EventSourceArn=GetAtt(table(name), "StreamArn"),
        FunctionName=GetAtt(receiver(routing.RELAY).logical_id, "Arn"),
        StartingPosition="TRIM_HORIZON",  # nothing written before the mapping existed is skipped
        BatchSize=RELAY_BATCH_ITEMS,
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=-1,
        FunctionResponseTypes=PARTIAL,
        FilterCriteria=FilterCriteria(Filters=[Filter(Pattern=json.dumps(HAS_OUTBOX))]),
        DestinationConfig=DestinationConfig(OnFailure=OnFailure(Destination=lost)),
        MetricsConfig=MetricsConfig(Metrics=["EventCount"]),  # without it a stop is not visible
    )


def stream_source(name: str) -> str:
    """The logical id of the source that reads a table's stream; a reference to it is its UUID."""
    return f"{camel(name)}StreamSource"


def _invoke_config(service: str) -> EventInvokeConfig:
    dead = GetAtt(queue(routing.dead_letter_queue(routing.events_queue(service))), "Arn")
    return EventInvokeConfig(
        f"{camel(service)}InvokeConfig",
        FunctionName=Ref(receiver(service).logical_id),
        Qualifier="$LATEST",
        MaximumRetryAttempts=INVOKE_RETRIES_MAX,
        MaximumEventAgeInSeconds=INVOKE_AGE_MAX_S,
        DestinationConfig=DestinationConfig(OnFailure=OnFailure(Destination=dead)),
    )
