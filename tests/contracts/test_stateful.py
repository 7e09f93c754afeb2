"""Stored data survives a deployment, or the gate reports in one line what is lost and the fix."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

import pytest

from infra.contracts import gate, stateful
from infra.contracts.compat.stateful import Update, updates
from infra.contracts.documents import RELEASED, releases
from infra.contracts.stateful import create_only, identity
from infra.template.stack import render
from tests.contracts.edits import versioned
from tests.contracts.payloads import CONTRACT
from tests.contracts.written import after_release

TEMPLATE: Final[dict[str, Any]] = json.loads(render())
PARTS: Final[dict[str, Any]] = dict(stateful.stateful_parts(TEMPLATE))
QUEUE: Final = "WalletServicePaymentInitiatedQueue"
INDEX: Final = {
    "IndexName": "by-payee",
    "KeySchema": [{"AttributeName": "payee", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
Edit = Callable[[dict[str, Any]], object]


def after(edit: Edit) -> list[Update]:
    """Return what a deployment does after this edit of the template's resources."""
    template = deepcopy(TEMPLATE)
    edit(template["Resources"])
    return list(updates(PARTS, stateful.stateful_parts(template)))


def put(logical_id: str, name: str, value: Any) -> Edit:
    return lambda resources: resources[logical_id]["Properties"].update({name: value})


def in_index(name: str, value: Any) -> Edit:
    def edit(resources: dict[str, Any]) -> None:
        resources["PaymentsTable"]["Properties"]["GlobalSecondaryIndexes"][0][name] = value

    return edit


def indexes(*wanted: Any, keep: bool = True) -> Edit:
    def edit(resources: dict[str, Any]) -> None:
        properties = resources["PaymentsTable"]["Properties"]
        kept = properties["GlobalSecondaryIndexes"] if keep else []
        properties["GlobalSecondaryIndexes"] = [*kept, *wanted]

    return edit


def renamed(logical_id: str) -> Edit:
    return lambda resources: resources.update({f"{logical_id}2": resources.pop(logical_id)})


def dropped(logical_id: str, name: str) -> Edit:
    return lambda resources: resources[logical_id]["Properties"].pop(name)


def retyped(resources: dict[str, Any]) -> None:
    resources["PaymentsTable"]["Type"] = "AWS::DynamoDB::GlobalTable"


def attribute_retyped(resources: dict[str, Any]) -> None:
    resources["PaymentsTable"]["Properties"]["AttributeDefinitions"][1]["AttributeType"] = "N"


def another_pool(resources: dict[str, Any]) -> None:
    resources["UserPoolClient"]["Properties"]["UserPoolId"] = {"Ref": "OtherPool"}


# Edit -> what its line must contain: resource and property, and how to make it in two releases.
REFUSED: Final[dict[str, tuple[Edit, tuple[str, ...]]]] = {
    "key of a table": (
        put("ChargesTable", "KeySchema", [{"AttributeName": "charge_id", "KeyType": "HASH"}]),
        ("ChargesTable.KeySchema", "changed from", "move the data of this one"),
    ),
    "type of a key": (
        attribute_retyped,
        ("PaymentsTable.AttributeDefinitions.payment_id", "from S to N", "second resource"),
    ),
    "projection of an index": (
        in_index("Projection", {"ProjectionType": "ALL"}),
        ("PaymentsTable.GlobalSecondaryIndexes.by-user.Projection", "under another name"),
    ),
    "key of an index": (
        in_index("KeySchema", [{"AttributeName": "payee", "KeyType": "HASH"}]),
        ("PaymentsTable.GlobalSecondaryIndexes.by-user.KeySchema", "under another name"),
    ),
    "renamed index": (
        indexes(INDEX, keep=False),
        ("GlobalSecondaryIndexes.by-user", "index deleted, one of 2 in one update"),
    ),
    "two indexes": (
        indexes(INDEX, INDEX | {"IndexName": "by-amount"}),
        ("GlobalSecondaryIndexes.by-amount", "index created, one of 2 in one update"),
    ),
    "view of a stream": (
        put("WalletsTable", "StreamSpecification", {"StreamViewType": "KEYS_ONLY"}),
        ("WalletsTable.StreamSpecification", "turn it off in one release"),
    ),
    "attribute of the TTL": (
        put(
            "FailedEventsTable", "TimeToLiveSpecification", {"AttributeName": "x", "Enabled": True}
        ),
        ("FailedEventsTable.TimeToLiveSpecification", "turn it off in one release"),
    ),
    "logical id of a table": (
        renamed("WalletsTable"),
        ("WalletsTable", "is now called WalletsTable2", "keep the logical id"),
    ),
    "logical id of a queue": (renamed(QUEUE), (QUEUE, "the name is taken", "keep the logical id")),
    "logical id of a function": (
        renamed("WalletServiceApiFunction"),
        ("WalletServiceApiFunction", "the name is taken", "keep the logical id"),
    ),
    "kind of a queue": (put(QUEUE, "FifoQueue", True), (f"{QUEUE}.FifoQueue", "from nothing")),
    "kind of a resource": (retyped, ("PaymentsTable", "AWS::DynamoDB::GlobalTable")),
    "sign-in name of users": (
        put("UserPool", "UsernameAttributes", ["email"]),
        ("UserPool.UsernameAttributes", "from nothing to ['email']"),
    ),
    "aliases of users": (put("UserPool", "AliasAttributes", ["email"]), ("UserPool.Alias",)),
    "case of user names": (
        put("UserPool", "UsernameConfiguration", {"CaseSensitive": True}),
        ("UserPool.UsernameConfiguration", "CaseSensitive"),
    ),
}
LOST: Final[dict[str, tuple[Edit, tuple[str, ...]]]] = {
    "queue removed": (lambda r: r.pop(QUEUE), (QUEUE, "removed with its messages", "drain")),
    "secret removed": (lambda r: r.pop("GatewaySecret"), ("GatewaySecret", "with its value")),
    "table removed": (
        lambda r: r.pop("ChargesTable"),
        ("ChargesTable", "removed from the stack, which leaves its items behind"),
    ),
    "renamed table": (
        put("ChargesTable", "TableName", "other"),
        ("ChargesTable.TableName", "replaces it without its items", "move the data of this one"),
    ),
    "renamed queue": (put(QUEUE, "QueueName", "x"), (f"{QUEUE}.QueueName", "messages")),
    "renamed secret": (put("GatewaySecret", "Name", "x"), ("GatewaySecret.Name", "value")),
    "client of another pool": (another_pool, ("UserPoolClient.UserPoolId", "clients sign in")),
    "client with a secret": (
        put("UserPoolClient", "GenerateSecret", True),
        ("UserPoolClient.GenerateSecret", "clients sign in"),
    ),
    "address of the API": (renamed("Api"), ("Api", "removed with its address")),
}
IN_PLACE: Final[dict[str, tuple[Edit, tuple[str, ...]]]] = {
    "billing": (put("ChargesTable", "BillingMode", "PROVISIONED"), ("ChargesTable.BillingMode",)),
    "one more index": (indexes(INDEX), ("GlobalSecondaryIndexes.by-payee", "index created")),
    "one index less": (indexes(keep=False), ("GlobalSecondaryIndexes.by-user", "index deleted")),
    "a stream turned off": (
        dropped("WalletsTable", "StreamSpecification"),
        ("WalletsTable.StreamSpecification", "to nothing"),
    ),
    "the TTL turned off": (
        put(
            "FailedEventsTable",
            "TimeToLiveSpecification",
            {"AttributeName": "purge_at", "Enabled": False},
        ),
        ("FailedEventsTable.TimeToLiveSpecification",),
    ),
    "retention of messages": (
        put(QUEUE, "MessageRetentionPeriod", 60),
        (f"{QUEUE}.MessageRetentionPeriod", "from 1209600 to 60"),
    ),
    "password policy": (put("UserPool", "Policies", {}), ("UserPool.Policies",)),
    "an attribute of users": (
        put("UserPool", "Schema", [{"Name": "nickname"}]),
        ("UserPool.Schema.nickname", "attribute added"),
    ),
    "deletion policy of a table": (
        lambda r: r["ChargesTable"].update(DeletionPolicy="Delete"),
        ("ChargesTable.DeletionPolicy", "to Delete"),
    ),
    "name of an alarm": (
        put("ApiServerErrorsAlarm", "AlarmName", "x"),
        ("ApiServerErrorsAlarm.AlarmName", "it holds no data"),
    ),
}
EFFECTS: Final = {"refused": REFUSED, "lost": LOST, "in place": IN_PLACE}
CASES: Final = [(effect, what) for effect, cases in EFFECTS.items() for what in cases]


@pytest.mark.parametrize(("effect", "what"), CASES)
def test_each_change_is_a_line_that_names_resource_and_property(effect: str, what: str) -> None:
    edit, parts = EFFECTS[effect][what]

    found = after(edit)

    assert {update.effect for update in found} == {effect}, found
    lines = [str(update) for update in found]
    assert [line for line in lines if all(part in line for part in parts)], lines


@pytest.mark.parametrize(("effect", "what"), CASES)
def test_a_refused_or_lossy_change_shows_how_to_make_it_in_two_releases(
    effect: str, what: str
) -> None:
    found = after(EFFECTS[effect][what][0])

    with_fix = [update for update in found if update.instead]
    assert bool(with_fix) is (effect != "in place" and what != "table removed"), found


def test_user_attributes_are_added_and_never_changed() -> None:
    old = deepcopy(PARTS)
    old["UserPool"]["Properties"]["Schema"] = [{"Name": "a", "Required": True}, {"Name": "b"}]
    new = deepcopy(old)
    new["UserPool"]["Properties"]["Schema"] = [{"Name": "a", "Required": False}, {"Name": "c"}]

    found = {update.where: update.effect for update in updates(old, new)}

    assert found == {
        "UserPool.Schema.a": "refused",
        "UserPool.Schema.b": "refused",
        "UserPool.Schema.c": "in place",
    }


@pytest.mark.parametrize(
    "edit",
    [
        lambda resources: resources.update(New=resources["EventBus"] | {"Properties": {}}),
        lambda resources: resources.pop("ApiServerErrorsAlarm"),
        put("Api", "Body", {}),
        put("GatewaySecret", "Description", "Another."),
        put("WalletServiceApiFunction", "Timeout", 3),
    ],
)
def test_a_resource_without_data_changes_freely(edit: Edit) -> None:
    assert after(edit) == []


def test_properties_that_are_set_only_at_creation_come_from_the_resource_schemas_of_aws() -> None:
    assert ("KeySchema",) in create_only("AWS::DynamoDB::Table")
    assert ("FifoQueue",) in create_only("AWS::SQS::Queue")
    assert ("Name",) in create_only("AWS::SecretsManager::Secret")
    assert ("BucketName",) in create_only("AWS::S3::Bucket")


def test_a_resource_is_identified_by_the_name_that_the_template_gives_it() -> None:
    group = PARTS["OperatorGroup"]["Properties"]
    permission = {"FunctionName": {"Fn::GetAtt": ["F", "Arn"]}, "Principal": "x"}

    assert set(identity("AWS::Cognito::UserPoolGroup", group)) == {"GroupName", "UserPoolId"}
    assert identity("AWS::Lambda::Permission", permission) == {}


def test_every_table_queue_secret_and_pool_is_compared() -> None:
    kinds = ("DynamoDB::Table", "SQS::Queue", "SecretsManager::Secret", "Cognito::UserPool")
    holding = [i for i, r in TEMPLATE["Resources"].items() if r["Type"].endswith(kinds)]

    assert len(holding) > len(kinds)
    for logical_id in holding:
        properties = dict(TEMPLATE["Resources"][logical_id]["Properties"])
        properties.pop("Description", None)
        assert PARTS[logical_id]["Properties"] == properties


def checked(folder: Path, edit: Edit, version: str) -> tuple[int, list[str]]:
    """Return what `make compat` answers and prints after this edit of the released template."""
    output: list[str] = []
    specs = after_release(folder, versioned(CONTRACT, "1.0.0"), versioned(CONTRACT, version))
    stateful.freeze(specs / "released" / "1.0.0")
    template = deepcopy(TEMPLATE)
    edit(template["Resources"])
    parts = stateful.stateful_parts(template)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(stateful, "current", lambda: parts)
        patched.setattr(gate, "second_opinion", lambda *_: iter(()))  # redocly takes seconds
        return gate.check(output.append, specs), output


def test_no_version_allows_an_update_that_cloudformation_refuses(tmp_path: Path) -> None:
    answer, output = checked(tmp_path, REFUSED["projection of an index"][0], "2.0.0")

    assert answer == 1
    (line,) = [line for line in output if "by-user.Projection" in line]
    assert line.startswith("error: CloudFormation refuses this after 1.0.0: PaymentsTable.")
    assert output[-1] == f"Fix: {gate.SPLIT}"


@pytest.mark.parametrize(("version", "answer"), [("1.1.0", 1), ("2.0.0", 0)])
def test_only_a_major_version_may_lose_stored_data(
    tmp_path: Path, version: str, answer: int
) -> None:
    found, output = checked(tmp_path, LOST["queue removed"][0], version)

    assert found == answer
    assert [line for line in output if "loses what 1.0.0 holds" in line and QUEUE in line]


def test_the_gate_lists_updates_in_place(tmp_path: Path) -> None:
    answer, output = checked(tmp_path, IN_PLACE["billing"][0], "1.0.0")

    assert answer == 0
    assert [
        line for line in output if line.startswith("updated in place since 1.0.0: ChargesTable.")
    ]


@pytest.fixture
def specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a contract equal to its only release, which froze no stateful parts."""
    monkeypatch.setattr(gate, "second_opinion", lambda *_: iter(()))
    return after_release(tmp_path, versioned(CONTRACT, "1.0.0"), versioned(CONTRACT, "1.0.0"))


def test_a_release_without_stateful_parts_is_named(specs: Path) -> None:
    lines: list[str] = []

    assert gate.check(lines.append, specs) == 0
    assert lines[0].startswith("1.0.0 froze no stateful.json")


def test_an_edited_release_is_refused(specs: Path) -> None:
    folder, lines = specs / "released" / "1.0.0", list[str]()
    stateful.freeze(folder)
    assert stateful.frozen(folder) == PARTS
    text = (folder / stateful.FILE).read_text("utf-8")
    (folder / stateful.FILE).write_text(text.replace("KEYS_ONLY", "ALL", 1), "utf-8")

    assert gate.check(lines.append, specs) == 1
    assert lines == ["error: 1.0.0/stateful.json was edited: restore it from git"]


@pytest.mark.parametrize("version", releases())
def test_every_release_that_froze_stateful_parts_keeps_them(version: str) -> None:
    stateful.frozen(RELEASED / version)
