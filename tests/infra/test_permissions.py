"""Who may do what: each function what FUNCTIONS grants, each queue takes from its rules."""

from typing import Any

from infra.services.rows import table_owners
from infra.template.functions import FUNCTIONS
from infra.template.naming import camel
from tests.infra.rendered import Resource, on_aws, on_ministack

LOG_ACTIONS = {"logs:CreateLogStream", "logs:PutLogEvents"}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements_of(role: Resource) -> list[Resource]:
    return [s for policy in role.get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]


def queue_statements() -> dict[str, list[Resource]]:
    policies = on_aws().of("SQS::QueuePolicy").values()
    return {queue: p["PolicyDocument"]["Statement"] for p in policies for queue in p["Queues"]}


def test_no_role_has_a_wildcard_in_its_actions_or_resources() -> None:
    roles = on_aws().of("IAM::Role").values()

    for statement in [s for role in roles for s in statements_of(role)]:
        assert statement["Effect"] == "Allow"
        assert not [v for v in (*statement["Action"], *statement["Resource"]) if "*" in v]
        assert not {"NotAction", "NotResource"} & statement.keys()


def test_only_a_refusal_or_the_policy_of_a_key_names_everything() -> None:
    built = on_aws()
    documents = [
        *(p["PolicyDocument"] for p in built.of("SQS::QueuePolicy").values()),
        *(p["PolicyDocument"] for p in built.of("SNS::TopicPolicy").values()),
    ]

    allowed = [s for d in documents for s in d["Statement"] if s["Effect"] == "Allow"]

    for statement in allowed:
        assert "*" not in str(statement["Action"]) + str(statement["Resource"])
        assert statement["Principal"] != "*"
        assert statement["Condition"]
    for statement in built.of("KMS::Key")["AlarmKey"]["KeyPolicy"]["Statement"]:
        assert "*" not in str(statement["Action"])


def test_every_function_has_a_role_of_its_own_with_its_grants_and_its_logs() -> None:
    built = on_aws()
    functions = built.of("Lambda::Function")
    assert len({f["Role"] for f in functions.values()}) == len(functions) == len(FUNCTIONS)

    for function in FUNCTIONS:
        role = built.of("IAM::Role")[functions[function.logical_id]["Role"].removesuffix(".Arn")]
        *grants, logs = statements_of(role)
        assert [tuple(s["Action"]) for s in grants] == [g.actions for g in function.grants]
        assert all(s["Resource"] for s in grants)
        assert set(logs["Action"]) == LOG_ACTIONS
        assert logs["Resource"] == [f"{camel(function.name)}Logs.Arn"]
        assert role["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {
            "Service": "lambda.amazonaws.com"
        }


def test_only_the_relay_publishes_and_only_the_gateway_processor_reads_the_key() -> None:
    holders: dict[str, set[str]] = {}
    for function in FUNCTIONS:
        for action in (a for grant in function.grants for a in grant.actions):
            holders.setdefault(action, set()).add(function.service)

    assert holders["events:PutEvents"] == {"event-relay"}
    assert holders["secretsmanager:GetSecretValue"] == {"gateway-processor"}


def test_no_service_touches_the_table_of_another() -> None:
    owners = table_owners()

    for function in FUNCTIONS:
        for kind, _, name in (grant.on.partition("/") for grant in function.grants):
            if kind in {"table", "index"}:
                assert owners[name.partition("/")[0]] == function.service


def test_every_queue_refuses_requests_without_tls() -> None:
    statements = queue_statements()

    assert statements.keys() == on_aws().of("SQS::Queue").keys()
    for queue, rules in statements.items():
        (only_tls,) = [s for s in rules if s["Effect"] == "Deny"]
        assert only_tls["Principal"] == "*"
        assert only_tls["Action"] == "sqs:*"
        assert only_tls["Resource"] == f"{queue}.Arn"
        assert only_tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_only_the_rules_that_aim_at_a_queue_may_send_to_it() -> None:
    aimed: dict[str, set[str]] = {}
    for title, rule in on_aws().of("Events::Rule").items():
        for target in rule["Targets"]:
            for arn in (target["Arn"], target["DeadLetterConfig"]["Arn"]):
                aimed.setdefault(arn.removesuffix(".Arn"), set()).add(f"{title}.Arn")

    for queue, rules in queue_statements().items():
        allowed = [s for s in rules if s["Effect"] == "Allow"]
        assert [s["Action"] for s in allowed] == ["sqs:SendMessage"] * len(allowed)
        assert [s["Principal"] for s in allowed] == [
            {"Service": "events.amazonaws.com"} for _ in allowed
        ]
        senders = [s["Condition"]["ArnEquals"]["aws:SourceArn"] for s in allowed]
        assert {arn for arns in senders for arn in arns} == aimed.get(queue, set())


def test_a_function_is_invoked_only_by_its_rules_and_by_the_stage_of_this_api() -> None:
    built = on_aws()

    for permission in built.of("Lambda::Permission").values():
        assert permission["Action"] == "lambda:InvokeFunction"
        if permission["Principal"] == "events.amazonaws.com":
            assert permission["SourceArn"].removesuffix(".Arn") in built.of("Events::Rule")
        else:
            # `*` is method and path, which the API's own definition routes.
            assert permission["Principal"] == "apigateway.amazonaws.com"
            assert permission["SourceArn"].endswith(":Api/v1/*")


def test_ministack_which_has_no_tls_is_not_asked_for_it() -> None:
    policies = on_ministack().of("SQS::QueuePolicy").values()

    effects = {s["Effect"] for p in policies for s in as_list(p["PolicyDocument"]["Statement"])}

    assert effects == {"Allow"}
