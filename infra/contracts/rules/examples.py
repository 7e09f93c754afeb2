"""Rules of the examples: each is valid, or invalid if its name says so."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from infra.contracts.documents import COMMON, GATEWAY, OPENAPI, Documents

HTTP: Final = (OPENAPI, GATEWAY)


def every_event_has_examples(contract: Documents) -> Iterator[str]:
    for event in contract.events:
        mine = [example for example in contract.examples if example.event == event]
        if not [example for example in mine if example.valid]:
            yield f"examples/{event} has no valid-*.json"
        if not [example for example in mine if not example.valid]:
            yield f"examples/{event} has no invalid-*.json"
    for example in contract.examples:
        if example.event not in contract.events:
            yield f"examples/{example.event} belongs to no event"


def every_event_example_fits_its_name(contract: Documents) -> Iterator[str]:
    """Check that valid-*.json is valid, and that invalid-*.json has exactly one error."""
    validators = {e: _validator(contract.event_schema(e)) for e in contract.events}
    for example in contract.examples:
        where = f"examples/{example.event}/{example.name}"
        try:
            document = json.loads(example.body)
        except ValueError:
            yield f"{where} is not JSON"
            continue
        if example.event in validators:
            found = list(validators[example.event].iter_errors(document))
            if example.valid and found:
                yield f"{where}: {_listed(found)}"
            if not example.valid and len(found) != 1:
                yield f"{where} has {len(found)} errors, not one"


def inline_examples_are_valid(contract: Documents) -> Iterator[str]:
    for name in HTTP:
        yield from _walk(contract, name, contract.by_name[name], name)
    yield from _walk(contract, COMMON, contract.by_name[COMMON], COMMON)


def _walk(contract: Documents, name: str, node: Any, where: str) -> Iterator[str]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _walk(contract, name, item, f"{where}/{index}")
    if not isinstance(node, Mapping):
        return
    for schema, label, value in _examples(node):
        found = list(_validator(contract.flat(name, schema)).iter_errors(value))
        if found:
            yield f"{where}: example {label}: {_listed(found)}"
    for key, value in node.items():
        if key not in ("examples", "example", "value"):
            yield from _walk(contract, name, value, f"{where}/{key}")


def _examples(node: Mapping[str, Any]) -> Iterator[tuple[Any, str, Any]]:
    """Yield schema, name and value of the examples in this node itself."""
    if "schema" in node:
        for label, example in (node.get("examples") or {}).items():
            yield node["schema"], label, example["value"]
        if "example" in node:
            yield node["schema"], "example", node["example"]
    elif isinstance(node.get("examples"), list):
        for index, value in enumerate(node["examples"]):
            yield {k: v for k, v in node.items() if k != "examples"}, str(index), value


def every_pattern_has_an_example(contract: Documents) -> Iterator[str]:
    """Check that a type with a pattern has an example."""
    shared = [(COMMON, contract.by_name[COMMON]["$defs"])]
    for name, schemas in shared + [
        (name, contract.by_name[name]["components"]["schemas"]) for name in HTTP
    ]:
        for key, schema in schemas.items():
            if "pattern" in schema and not schema.get("examples"):
                yield f"{name}: {key} has a pattern and no example"


def every_body_has_an_example(contract: Documents) -> Iterator[str]:
    """Check that the bodies of requests and of all responses have examples."""
    for name in HTTP:
        for path, method, _, operation in contract.operations(name):
            where = f"{name}: {method} {path}"
            body = contract.resolved(name, operation.get("requestBody", {}))[1]
            if not _all_shown(body):
                yield f"{where} has no example of its body"
            for status, answer in operation["responses"].items():
                if not _all_shown(contract.resolved(name, answer)[1]):
                    yield f"{where} has no example of its response {status}"


def _all_shown(body: Mapping[str, Any]) -> bool:
    return all(media.get("examples") for media in body.get("content", {}).values())


def _validator(schema: Any) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(schema)


def _listed(errors: list[jsonschema_rs.ValidationError]) -> str:
    return "; ".join(
        f"{'.'.join(map(str, error.instance_path)) or 'document'}: {error.message}"
        for error in errors
    )
