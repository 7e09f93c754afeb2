"""How functions are configured."""

import json
import re
from pathlib import Path

from generated.catalogue import SERVICES
from infra.template.functions import FUNCTIONS
from tests.infra.rendered import on_aws, stack

ROOT = Path(__file__).parents[2]
SETTING = re.compile(r"settings\.(?:text|seconds|flag)\([\"'](\w+)[\"']\)")


def test_every_function_of_a_service_comes_out_of_the_package_of_the_service() -> None:
    functions = on_aws().of("Lambda::Function")

    for function in FUNCTIONS:
        built = functions[function.logical_id]
        assert built["FunctionName"] == f"payments-dev-{function.service}-{function.role}"
        assert built["Code"]["S3Key"].endswith("CodeKey")
        assert built["Handler"].split(".")[1] == function.service.replace("-", "_")
    assert {function.service for function in FUNCTIONS} == set(SERVICES)


def test_every_handler_exists() -> None:
    for function in FUNCTIONS:
        module, _, name = function.handler.rpartition(".")
        source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
        assert f"def {name}(" in source


def test_every_setting_that_a_service_asks_for_is_given_to_it() -> None:
    functions = on_aws().of("Lambda::Function")

    for function in FUNCTIONS:
        given = functions[function.logical_id]["Environment"]["Variables"]
        package = function.handler.rpartition(".")[0].replace(".", "/")
        source = (ROOT / package).with_suffix(".py").read_text(encoding="utf-8")
        assert set(SETTING.findall(source)) <= given.keys()


def test_parameters_choose_runtime_architecture_and_what_functions_are_given() -> None:
    built = stack(Architecture="x86_64", Sandbox="true", ExpirySeconds="10", LogLevel="DEBUG")

    for function in built.of("Lambda::Function").values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["x86_64"]
        given = function["Environment"]["Variables"]
        assert given["PREFIX"] == "payments-dev"
        assert given["SANDBOX"] == "true"
        assert given["EXPIRY_S"] == "10"
        assert given["POWERTOOLS_METRICS_NAMESPACE"] == "Payments"
        assert function["LoggingConfig"]["ApplicationLogLevel"] == given["LOG_LEVEL"] == "DEBUG"


def test_every_function_logs_json_into_a_group_that_forgets() -> None:
    built = stack(LogRetentionDays="7")
    groups = built.of("Logs::LogGroup")

    assert {group["RetentionInDays"] for group in groups.values()} == {"7"}
    for function in built.of("Lambda::Function").values():
        logging = function["LoggingConfig"]
        assert logging["LogFormat"] == "JSON"
        name = groups[logging["LogGroup"]]["LogGroupName"]
        assert name == f"/aws/lambda/{function['FunctionName']}"


def test_only_records_with_an_outbox_reach_the_relay() -> None:
    sources = on_aws().of("Lambda::EventSourceMapping").values()

    patterns = {
        f["Pattern"] for s in sources for f in s.get("FilterCriteria", {}).get("Filters", [])
    }

    (pattern,) = map(json.loads, patterns)
    assert pattern["dynamodb"]["NewImage"] == {"outbox": {"S": [{"exists": True}]}}


def test_a_failed_invocation_by_the_bus_goes_to_the_dead_letter_queue_of_the_service() -> None:
    configs = on_aws().of("Lambda::EventInvokeConfig")

    (config,) = configs.values()
    assert config["FunctionName"] == "MetricsCollectorConsumerFunction"
    destination = config["DestinationConfig"]["OnFailure"]["Destination"]
    assert destination == "MetricsCollectorEventsDlqQueue.Arn"
