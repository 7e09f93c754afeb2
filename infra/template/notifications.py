"""Where alarms go: one encrypted topic, and a mail address if one is configured."""

from typing import Final

from troposphere import If, NoValue, Output, Ref, Sub, Template
from troposphere.kms import Key
from troposphere.sns import Subscription, Topic, TopicPolicy

from infra.template.naming import named
from infra.template.parameters import EMAILED

TOPIC: Final = "AlarmTopic"
CLOUDWATCH: Final = {"Service": "cloudwatch.amazonaws.com"}
OF_THIS_ACCOUNT: Final = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}}
ADMINISTER_KEY: Final = [
    "kms:CancelKeyDeletion",
    "kms:Decrypt",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GenerateDataKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateKeyDescription",
]


def add(template: Template) -> None:
    """Add the topic, its key and its policy."""
    template.add_resource(
        Key(
            "AlarmKey",  # our own, because CloudWatch may not use AWS's key for SNS
            Description="Encrypts the notifications of alarms.",
            EnableKeyRotation=True,
            KeyPolicy={"Version": "2012-10-17", "Statement": _key_statements()},
        )
    )
    subscription = Subscription(Protocol="email", Endpoint=Ref("AlarmEmail"))
    template.add_resource(
        Topic(
            TOPIC,
            TopicName=named("alarms"),
            KmsMasterKeyId=Ref("AlarmKey"),
            Subscription=If(EMAILED, [subscription], NoValue),
        )
    )
    template.add_resource(
        TopicPolicy(
            f"{TOPIC}Policy",
            Topics=[Ref(TOPIC)],
            PolicyDocument={"Version": "2012-10-17", "Statement": _topic_statements()},
        )
    )
    template.add_output(Output("AlarmTopicArn", Value=Ref(TOPIC)))


def _key_statements() -> list[dict[str, object]]:
    # In the policy of a key, the resource `*` is the key itself: its ARN is not known yet.
    return [
        {
            "Sid": "AdministeredByTheAccount",
            "Effect": "Allow",
            "Principal": {"AWS": Sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root")},
            "Action": ADMINISTER_KEY,
            "Resource": "*",
        },
        {
            "Sid": "UsedByAlarms",
            "Effect": "Allow",
            "Principal": CLOUDWATCH,
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": "*",
            "Condition": OF_THIS_ACCOUNT,
        },
    ]


def _topic_statements() -> list[dict[str, object]]:
    return [
        {
            "Sid": "OnlyAlarms",
            "Effect": "Allow",
            "Principal": CLOUDWATCH,
            "Action": "sns:Publish",
            "Resource": Ref(TOPIC),
            "Condition": OF_THIS_ACCOUNT,
        },
        {
            "Sid": "OnlyTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sns:Publish",
            "Resource": Ref(TOPIC),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]
