"""What is kept: the services' tables and the gateway's key.

`DeletionPolicy` cannot depend on a parameter, so it is the same everywhere: a table outlives its
stack, except one that a failed creation leaves behind empty. The parameter DeletionProtection
guards against deleting the table itself. A sandbox that deletes its stack deletes its tables by
hand before it deploys again under the same name.
"""

import string
from typing import Any, Final

from troposphere import GetAtt, If, Output, Ref, Template
from troposphere.dynamodb import (
    AttributeDefinition,
    GlobalSecondaryIndex,
    KeySchema,
    PointInTimeRecoverySpecification,
    Projection,
    SSESpecification,
    StreamSpecification,
    Table,
    TimeToLiveSpecification,
)
from troposphere.secretsmanager import GenerateSecretString, Secret

from infra.services.rows import INDEX_PROJECTION, STORES, Index, Store
from infra.template.naming import named
from infra.template.parameters import PROTECTED
from infra.template.permissions import table

KEPT: Final[dict[str, Any]] = {
    "DeletionPolicy": "RetainExceptOnCreate",
    "UpdateReplacePolicy": "Retain",
}


def add(template: Template) -> None:
    """Add the tables and the secret, and output their names."""
    for store in STORES:
        template.add_resource(_table(store))
        template.add_output(Output(table(store.name), Value=Ref(table(store.name))))
    template.add_resource(_gateway_secret())
    template.add_output(Output("GatewaySecretId", Value=GetAtt("GatewaySecret", "Id")))


def _table(store: Store) -> Table:
    index = store.index
    attributes = sorted({*store.key, *(index.key if index else ())})
    optional: dict[str, Any] = {}
    if index:
        optional["GlobalSecondaryIndexes"] = [_index(index)]
    if store.streamed:
        optional["StreamSpecification"] = StreamSpecification(StreamViewType="NEW_IMAGE")
    if store.purged_by:
        optional["TimeToLiveSpecification"] = TimeToLiveSpecification(
            AttributeName=store.purged_by, Enabled=True
        )
    return Table(
        table(store.name),
        **KEPT,
        TableName=named(store.name),
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            AttributeDefinition(AttributeName=name, AttributeType="S") for name in attributes
        ],
        KeySchema=_key(store.key),
        SSESpecification=SSESpecification(SSEEnabled=True),
        PointInTimeRecoverySpecification=PointInTimeRecoverySpecification(
            PointInTimeRecoveryEnabled=True
        ),
        DeletionProtectionEnabled=If(PROTECTED, True, False),
        **optional,
    )


def _index(index: Index) -> GlobalSecondaryIndex:
    return GlobalSecondaryIndex(
        IndexName=index.name,
        KeySchema=_key(index.key),
        Projection=Projection(ProjectionType=INDEX_PROJECTION),
    )


def _key(names: tuple[str, ...]) -> list[KeySchema]:
    return [
        KeySchema(AttributeName=name, KeyType=kind)
        for name, kind in zip(names, ("HASH", "RANGE"), strict=False)
    ]


def _gateway_secret() -> Secret:
    """A key of our own making; for a real gateway, put the key that it gave us in its place."""
    return Secret(
        "GatewaySecret",
        Name=named("gateway-key"),
        Description="The key that authenticates us to the external gateway.",
        GenerateSecretString=GenerateSecretString(
            PasswordLength=40,
            # ExcludePunctuation means the same, but MiniStack does not know it.
            ExcludeCharacters=string.punctuation,
        ),
    )
