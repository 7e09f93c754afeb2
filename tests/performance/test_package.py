"""The trimmed dependencies do what the whole ones do, for everything that the handlers call."""

import ast
from pathlib import Path
from typing import Any

import botocore
import botocore.session
import pytest
from botocore.handlers import BUILTIN_HANDLERS
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

from handlers.runtime import aws
from infra.package import trim
from infra.package.service_data import OPERATIONS_USED, described
from infra.template.functions import FUNCTIONS

ROOT = Path(__file__).parents[2]
MOMENTS = (
    "creating-client-class.{service}",
    "before-parameter-build.{service}.{operation}",
    "before-call.{service}.{operation}",
    "request-created.{service}.{operation}",
    "choose-signer.{service}.{operation}",
    "before-sign.{service}.{operation}",
    "before-send.{service}.{operation}",
    "needs-retry.{service}.{operation}",
    "after-call.{service}.{operation}",
)


def whole(service: str) -> dict[str, Any]:
    description: dict[str, Any] = Loader().load_service_model(service, "service-2")
    return description


def snake(operation: str) -> str:
    name: str = botocore.xform_name(operation)
    return name


def names_called() -> set[str]:
    """Every method that any handler calls on anything."""
    files = (ROOT / "handlers").rglob("*.py")
    return {
        node.func.attr
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_the_package_knows_exactly_the_operations_that_handlers_call() -> None:
    called = names_called()

    for service, used in OPERATIONS_USED.items():
        known = {name for name in whole(service)["operations"] if snake(name) in called}
        assert used == known, service


def test_every_operation_that_is_granted_is_known() -> None:
    granted = {action for f in FUNCTIONS for g in f.grants for action in g.actions}
    # What Lambda's pollers do in the function's name.
    polled = {"ReceiveMessage", "DeleteMessage", "GetQueueAttributes"}
    streams = {"GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"}

    for action in granted:
        service, _, operation = action.partition(":")
        if operation not in polled | streams:
            assert operation in OPERATIONS_USED[service]


@pytest.mark.parametrize("service", OPERATIONS_USED)
def test_an_operation_means_the_same_in_the_trimmed_description(service: str) -> None:
    description = whole(service)
    trimmed = ServiceModel(described(description, OPERATIONS_USED[service]), service)

    for name in OPERATIONS_USED[service]:
        before = ServiceModel(description, service).operation_model(name)
        after = trimmed.operation_model(name)
        assert shapes(before) == shapes(after)
        assert before.http == after.http
        assert {e.name for e in before.error_shapes} == {e.name for e in after.error_shapes}


def shapes(operation: OperationModel) -> list[Any]:
    return [_members(operation.input_shape), _members(operation.output_shape)]


def _members(shape: Any, seen: tuple[str, ...] = ()) -> Any:
    if shape is None or shape.name in seen:
        return getattr(shape, "name", None)
    inside = (*seen, shape.name)
    if shape.type_name == "structure":
        members = {name: _members(member, inside) for name, member in shape.members.items()}
        return (shape.name, sorted(shape.required_members), members)
    if shape.type_name == "list":
        return (shape.name, _members(shape.member, inside))
    return (shape.name, shape.type_name, sorted(shape.metadata))


@pytest.mark.parametrize("service", OPERATIONS_USED)
def test_our_session_treats_our_services_as_the_whole_one_does(service: str) -> None:
    ours = aws._session().get_component("event_emitter")
    everything = botocore.session.Session().get_component("event_emitter")
    builtin = {entry[1] for entry in BUILTIN_HANDLERS}

    for operation in OPERATIONS_USED[service]:
        for moment in MOMENTS:
            event = moment.format(service=service, operation=operation)
            expected = [h for h in handlers(everything, event) if h in builtin]
            assert [h for h in handlers(ours, event) if h in builtin] == expected


def handlers(emitter: Any, event: str) -> list[Any]:
    found: list[Any] = emitter._emitter._handlers.prefix_search(event)
    return list(found)


def test_a_docstring_of_botocore_stands_for_each_kind() -> None:
    scope: dict[str, Any] = {}
    exec(trim.NO_DOCSTRINGS, scope)  # noqa: S102 - our own text

    for kind in ("ClientMethodDocstring", "PaginatorDocstring", "WaiterDocstring"):
        assert scope[kind](operation_model="any", method_name="any") == ""


def test_an_import_moves_to_where_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(
        "from importlib.metadata import version\n"
        "def quick():\n    return 1\n"
        "def asked(name):\n"
        "    if name:\n        return version(name)\n    return ''\n"
    )

    trim._import_late(tmp_path / "module.py", "importlib.metadata")

    assert (tmp_path / "module.py").read_text() == (
        "def quick():\n    return 1\n\n"
        "def asked(name):\n"
        "    if name:\n"
        "        from importlib.metadata import version\n"
        "        return version(name)\n"
        "    return ''"
    )
