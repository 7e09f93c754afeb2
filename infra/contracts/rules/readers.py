"""Rules for the readers of the contract: titles, integers, descriptions, contact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.contracts.documents import ASYNCAPI, COMMON, GATEWAY, NAMES, OPENAPI, Documents
from infra.contracts.integers import FORMATS

HTTP: Final = (OPENAPI, GATEWAY)


def integers_have_format_and_limits(contract: Documents) -> Iterator[str]:
    """Check all integers: generated clients choose a type by `format`, and 32 bits overflow."""
    for name in NAMES:
        for where, schema in _integers(contract.by_name[name], name):
            limits = FORMATS.get(schema.get("format", ""))
            if limits is None:
                yield f"{where} is an integer without format int32 or int64"
                continue
            least, most = schema.get("minimum"), schema.get("maximum")
            if least is None or most is None:
                yield f"{where} is an integer without minimum and maximum"
            elif not limits[0] <= least <= most <= limits[1]:
                yield f"{where} has limits that {schema['format']} cannot hold"


def _integers(node: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _integers(item, f"{where}/{index}")
    if isinstance(node, Mapping):
        if node.get("type") == "integer":
            yield where, node
        for key, value in node.items():
            yield from _integers(value, f"{where}/{key}")


def schemas_are_titled(contract: Documents) -> Iterator[str]:
    """Check that schemas have titles, after which generators of models name their classes."""
    for name in NAMES:
        for key, schema in _named_schemas(contract, name).items():
            if schema.get("title") != key:
                yield f"{name}: the schema {key} needs the title {key}"
            for field, member in schema.get("properties", {}).items():
                if "enum" in member and not member.get("title"):
                    yield f"{name}: the values of {key}.{field} need a title"
    for event, message in contract.asyncapi["components"]["messages"].items():
        title = f"{message['title']}Message"
        if message["payload"].get("title") != title:
            yield f"{ASYNCAPI}: the payload of {event} needs the title {title}"


def _named_schemas(contract: Documents, name: str) -> Mapping[str, Mapping[str, Any]]:
    document = contract.by_name[name]
    found: Mapping[str, Mapping[str, Any]]
    found = document["$defs"] if name == COMMON else document["components"]["schemas"]
    return found


def everything_is_described(contract: Documents) -> Iterator[str]:
    """Check that operations, their parameters and named schemas have descriptions."""
    for name in HTTP:
        yield from _undescribed_operations(contract, name)
    for name in NAMES:
        for key, schema in _named_schemas(contract, name).items():
            if not schema.get("description"):
                yield f"{name}: describe the schema {key}"
    for key, operation in contract.asyncapi["operations"].items():
        if not operation.get("summary"):
            yield f"{ASYNCAPI}: {key} needs a summary"


def _undescribed_operations(contract: Documents, name: str) -> Iterator[str]:
    for path, method, item, operation in contract.operations(name):
        where = f"{name}: {method} {path}"
        if not operation.get("summary") or not operation.get("description"):
            yield f"{where} needs a summary and a description"
        for parameter in contract.parameters(name, item, operation):
            if not parameter.get("description"):
                yield f"{where}: describe the parameter {parameter['name']}"


def documents_name_a_contact(contract: Documents) -> Iterator[str]:
    for name in (ASYNCAPI, *HTTP):
        if not contract.by_name[name]["info"].get("contact", {}).get("name"):
            yield f"{name}: info.contact needs a name"
