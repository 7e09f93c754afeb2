"""The event bus and what is between it and a consumer: a rule, a queue and its DLQ per pair."""

from typing import Any, Final

from troposphere import GetAtt, Output, Ref, Select, Split, Template
from troposphere.awslambda import Permission
from troposphere.events import DeadLetterConfig, EventBus, Rule, Target
from troposphere.sqs import Queue, QueuePolicy, RedrivePolicy

from infra.template import routing
from infra.template.functions import receiver
from infra.template.naming import named, queue_arn
from infra.template.parameters import on_aws
from infra.template.permissions import queue
from infra.template.routing import Pair

RECEIVE_COUNT_MAX: Final = 5
MESSAGE_BYTES_MAX: Final = 262_144
RETENTION_S: Final = 14 * 24 * 3600
# AWS's advice, so that a throttled batch is not seen twice. A handler that fails does not wait for
# it: it sets a shorter time on the message itself.
VISIBILITY_TIMEOUTS: Final = 6


def add(template: Template) -> None:
    """Add the bus, and route every pair of the catalogue."""
    template.add_resource(EventBus("EventBus", Name=named("events")))
    template.add_output(Output("EventBusName", Value=Ref("EventBus")))
    template.add_output(Output("QueueUrlPrefix", Value=_queue_url_prefix()))
    _add_queue(template, routing.OUTBOX_QUEUE, rules=[])
    for pair in routing.pairs("queue"):
        template.add_resource(_rule(pair, target=GetAtt(queue(pair.consumer.queue), "Arn")))
        _add_queue(
            template, pair.consumer.queue, rules=[_rule_id(pair)], delayed=pair.consumer.delayed
        )
    for service in routing.invoked_services():
        _add_invoked(template, service)


def _queue_url_prefix() -> Select:
    """The part of a queue's URL before its name in the catalogue."""
    return Select(0, Split(routing.OUTBOX_QUEUE, Ref(queue(routing.OUTBOX_QUEUE))))


def _add_queue(
    template: Template,
    name: str,
    *,
    rules: list[str],
    dead_rules: list[str] | None = None,
    delayed: bool = False,
) -> None:
    """`rules` carry events into the queue, `dead_rules` (none: the same) into its DLQ."""
    dead = routing.dead_letter_queue(name)
    own = {"DelaySeconds": Ref("ExpirySeconds")} if delayed else {}
    template.add_resource(
        _queue(
            name,
            reader=routing.owner(name),
            RedrivePolicy=RedrivePolicy(
                deadLetterTargetArn=GetAtt(queue(dead), "Arn"), maxReceiveCount=RECEIVE_COUNT_MAX
            ),
            **own,
        )
    )
    template.add_resource(_policy(name, rules))
    allow = {"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn(name)]}
    template.add_resource(_queue(dead, reader=routing.ERROR_HANDLER, RedriveAllowPolicy=allow))
    template.add_resource(_policy(dead, rules if dead_rules is None else dead_rules))


def _add_invoked(template: Template, service: str) -> None:
    rules = []
    for pair in routing.pairs("invoke"):
        if pair.consumer.service != service:
            continue
        function = receiver(service).logical_id
        template.add_resource(_rule(pair, target=GetAtt(function, "Arn")))
        rules.append(_rule_id(pair))
        template.add_resource(
            Permission(
                f"{pair.logical_id}Permission",
                Action="lambda:InvokeFunction",
                FunctionName=GetAtt(function, "Arn"),
                Principal="events.amazonaws.com",
                SourceArn=GetAtt(_rule_id(pair), "Arn"),
            )
        )
    _add_queue(template, routing.events_queue(service), rules=[], dead_rules=rules)


def _rule_id(pair: Pair) -> str:
    return f"{pair.logical_id}Rule"


def _rule(pair: Pair, *, target: GetAtt) -> Rule:
    return Rule(
        _rule_id(pair),
        Description=f"{pair.event} from {pair.producer} to {pair.consumer.service}",
        EventBusName=Ref("EventBus"),
        # Both: no service but the producer can make a consumer believe this event.
        EventPattern={"detail-type": [pair.event], "source": [pair.producer]},
        Targets=[
            Target(
                Id="consumer",
                Arn=target,
                InputPath="$.detail",  # the consumer receives the CloudEvent and nothing around it
                DeadLetterConfig=DeadLetterConfig(Arn=GetAtt(queue(pair.dead_letter_queue), "Arn")),
            )
        ],
    )


def _queue(name: str, *, reader: str, **own: Any) -> Queue:
    return Queue(
        queue(name),
        QueueName=named(name),
        VisibilityTimeout=VISIBILITY_TIMEOUTS * receiver(reader).timeout_s,
        MessageRetentionPeriod=RETENTION_S,
        MaximumMessageSize=MESSAGE_BYTES_MAX,
        SqsManagedSseEnabled=True,
        **own,
    )


def _policy(name: str, rules: list[str]) -> QueuePolicy:
    """Only these rules may send, and only over TLS. Our own roles are allowed by IAM."""
    arn = GetAtt(queue(name), "Arn")
    send = {
        "Sid": "OnlyItsRules",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": [GetAtt(rule, "Arn") for rule in rules]}},
    }
    only_tls = {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": arn,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    # MiniStack speaks plain HTTP and, with IAM enforced, would refuse every call.
    statement = [*([send] if rules else []), on_aws(only_tls)]
    return QueuePolicy(
        f"{queue(name)}Policy",
        Queues=[Ref(queue(name))],
        PolicyDocument={"Version": "2012-10-17", "Statement": statement},
    )
