"""One name per thing: each reception has its decision, each operation its method."""

import ast
import importlib
import inspect
from pathlib import Path
from typing import Any

import pytest

from generated.catalogue import EVENTS, OPERATIONS, SERVICES
from generated.contract import Consumer

ROOT = Path(__file__).parents[2]
HANDLERS = ROOT / "handlers"
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "base", "misc"}
QUEUED = [
    consumer
    for event in EVENTS.values()
    for consumer in event.consumers
    if consumer.delivery == "queue"
]
FAKES = "from tests.runtime.fakes import"  # the fakes there have the types of clients


def package(service: str) -> str:
    return service.replace("-", "_")


def functions(module: str) -> dict[str, Any]:
    loaded = importlib.import_module(module)
    return {
        name: value
        for name, value in inspect.getmembers(loaded, inspect.isfunction)
        if value.__module__ == module
    }


def decision_name(consumer: Consumer) -> str:
    return "on_" + consumer.channel.replace(".", "_").replace("-", "_")


@pytest.mark.parametrize("consumer", QUEUED, ids=lambda c: c.queue)
def test_every_reception_of_the_catalogue_has_its_decision(consumer: Consumer) -> None:
    module = f"handlers.{package(consumer.service)}.decisions"

    assert decision_name(consumer) in functions(module)


def test_every_decision_is_a_reception_of_the_catalogue() -> None:
    expected = {(package(c.service), decision_name(c)) for c in QUEUED}

    # `on_answer` handles the gateway's answer, which is not in the catalogue.
    found = {
        (package(service), name)
        for service in {c.service for c in QUEUED}
        for name in functions(f"handlers.{package(service)}.decisions")
        if name.startswith("on_")
    } - {("gateway_processor", "on_answer")}

    assert found == expected


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.operation_id)
def test_every_operation_has_its_method(operation: Any) -> None:
    api = importlib.import_module(f"handlers.{package(operation.service)}.api").Api
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation.operation_id)

    assert callable(getattr(api, snake))


def test_every_method_of_an_api_is_an_operation() -> None:
    services = {operation.service for operation in OPERATIONS.values()}
    expected = len(OPERATIONS)

    methods = [
        name
        for service in services
        for name, _ in inspect.getmembers(
            importlib.import_module(f"handlers.{package(service)}.api").Api, inspect.isfunction
        )
        if not name.startswith("_")
    ]

    assert len(methods) == expected


def test_every_service_has_a_folder_and_every_folder_a_service() -> None:
    folders = {p.name for p in HANDLERS.iterdir() if (p / "__init__.py").exists()}

    assert folders - {"core", "runtime"} == {package(service) for service in SERVICES}


def python_files() -> list[Path]:
    return [p for top in ("handlers", "infra", "tests") for p in (ROOT / top).rglob("*.py")]


def test_no_module_has_a_name_that_says_nothing() -> None:
    named_so = [p for p in python_files() if p.stem in BANNED or p.parent.name in BANNED]

    assert named_so == []


def test_a_fake_gateway_names_the_protocol_that_it_implements() -> None:
    unnamed = [
        f"{path.relative_to(ROOT)}: {node.name}"
        for path in python_files()
        if path.is_relative_to(ROOT / "tests") and "ChargeRequest" in path.read_text()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and {"charge", "inquire", "cancel"} <= {getattr(part, "name", "") for part in node.body}
        and "Gateway" not in [ast.unparse(parent) for parent in node.bases]
    ]

    assert unnamed == []


def test_a_fake_client_is_passed_with_the_type_of_a_real_one() -> None:
    untyped = [
        f"{path.relative_to(ROOT)}: {argument.arg}"
        for path in python_files()
        if FAKES in path.read_text()
        for argument in ast.walk(ast.parse(path.read_text()))
        if isinstance(argument, ast.arg)
        and argument.arg in {"bus", "client", "dynamodb", "sqs"}
        and argument.annotation is not None
        and "Any" in ast.unparse(argument.annotation)
    ]

    assert untyped == []


def test_packages_of_handlers_export_nothing_again() -> None:
    for path in HANDLERS.rglob("__init__.py"):
        body = ast.parse(path.read_text()).body
        assert not any(isinstance(node, ast.ImportFrom | ast.Assign) for node in body), path
