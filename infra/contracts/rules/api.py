"""Rules of the HTTP contracts: what every operation must document for its clients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.contracts.documents import ASYNCAPI, GATEWAY, OPENAPI, Documents

HTTP: Final = (OPENAPI, GATEWAY)
# Refusals that every operation may get from API Gateway or from the code around it.
ALWAYS: Final = {OPENAPI: {"429", "500", "503", "504"}, GATEWAY: {"429", "500", "503"}}
WITH_BODY: Final = {"413", "415", "422"}
IDEMPOTENCY_KEY: Final = "Idempotency-Key"


def every_operation_answers(contract: Documents) -> Iterator[str]:
    """Check the refusals that follow from the kind of an operation; only tests know 404 and 409."""
    for name in HTTP:
        for path, method, item, operation in contract.operations(name):
            expected = _expected(contract, name, item, operation)
            given = set(operation["responses"]) - {"404", "409"}
            good = {status for status in given if status.startswith("2")}
            where = f"{name}: {method} {path}"
            for status in sorted(expected - given):
                yield f"{where} does not document that it may answer {status}"
            for status in sorted(given - expected - good):
                yield f"{where} cannot answer {status}"
            if good != {"201" if _creates(contract, name, item, operation) else "200"}:
                yield f"{where} must answer 201 when it creates something, else 200"


def _expected(
    contract: Documents, name: str, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> set[str]:
    secured = operation.get("security", contract.by_name[name]["security"])
    expected = ALWAYS[name] | {"400"}
    if secured:
        expected = expected | ({"401", "403"} if name == OPENAPI else {"401"})
    if "requestBody" in operation:
        expected = expected | WITH_BODY
    return expected


def _creates(
    contract: Documents, name: str, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> bool:
    return IDEMPOTENCY_KEY in [p["name"] for p in contract.parameters(name, item, operation)]


def links_lead_to_operations(contract: Documents) -> Iterator[str]:
    """Check that links name existing operations, their parameters and members of the answer."""
    for name in HTTP:
        known = {o["operationId"]: (i, o) for _, _, i, o in contract.operations(name)}
        for where, label, link, answer in _links(contract, name):
            if link["operationId"] not in known:
                yield f"{where}: link {label} leads to no operation"
                continue
            asked = contract.parameters(name, *known[link["operationId"]])
            for parameter, expression in link["parameters"].items():
                if parameter not in {p["name"] for p in asked}:
                    yield f"{where}: link {label} gives an unknown parameter {parameter}"
                if not _has(answer, expression):
                    yield f"{where}: link {label}: the answer has no {expression}"


def _links(
    contract: Documents, name: str
) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Yield place, name and link of every link, and the schema of the answer that it is in."""
    for path, method, _, operation in contract.operations(name):
        for given in operation["responses"].values():
            response = contract.resolved(name, given)[1]
            for label, link in response.get("links", {}).items():
                schema = next(iter(response["content"].values()))["schema"]
                yield f"{name}: {method} {path}", label, link, contract.flat(name, schema)


def _has(schema: Mapping[str, Any], expression: str) -> bool:
    """Whether an answer of this schema can have the member that a runtime expression names."""
    prefix, _, pointer = expression.partition("#")
    if prefix != "$response.body":
        return False
    node: Any = schema
    for step in pointer.split("/")[1:]:
        variants = node.get("oneOf", [node])
        found = [
            v["items"] if step.isdigit() else v.get("properties", {}).get(step) for v in variants
        ]
        if not any(found):
            return False
        node = next(f for f in found if f)
    return True


def operations_have_unique_names(contract: Documents) -> Iterator[str]:
    for name in HTTP:
        ids = Counter(o.get("operationId") for _, _, _, o in contract.operations(name))
        for operation_id, times in ids.items():
            if times > 1 or not operation_id:
                yield f"{name}: operationId {operation_id} is used {times} times"
        tags = {tag["name"] for tag in contract.by_name[name]["tags"]}
        for path, method, _, operation in contract.operations(name):
            if set(operation.get("tags", ())) - tags or len(operation.get("tags", ())) != 1:
                yield f"{name}: {method} {path} needs exactly one of the tags of the document"
        used = {tag for _, _, _, o in contract.operations(name) for tag in o.get("tags", ())}
        for tag in sorted(tags - used):
            yield f"{name}: no operation has the tag {tag}"


def shared_parameters_are_the_same(contract: Documents) -> Iterator[str]:
    """Check that pages and required parameters are the same in every operation."""
    for path, method, item, operation in contract.operations(OPENAPI):
        where = f"{OPENAPI}: {method} {path}"
        parameters = contract.parameters(OPENAPI, item, operation)
        paged = "next_cursor" in _answer(contract, operation).get("properties", {})
        if paged != {"page_size", "cursor"}.issubset({p["name"] for p in parameters}):
            yield f"{where}: an answer with next_cursor needs page_size and cursor"
        for parameter in parameters:
            if (parameter["in"] != "query") != (parameter.get("required") is True):
                yield f"{where}: {parameter['name']} is in the {parameter['in']}: required or not"
        if operation.get("x-sandbox-open") and not operation.get("x-roles"):
            yield f"{where}: x-sandbox-open opens an operation that has x-roles"


def requests_are_closed_and_answers_open(contract: Documents) -> Iterator[str]:
    """Check that requests refuse unknown fields, which are mistakes, and answers allow new ones."""
    for path, method, _, operation in contract.operations(OPENAPI):
        where = f"{OPENAPI}: {method} {path}"
        if _answer(contract, operation).get("additionalProperties", True) is not True:
            yield f"{where}: answers may get new fields"
        _, body = contract.resolved(OPENAPI, operation.get("requestBody", {"required": True}))
        if body.get("required") is not True:
            yield f"{where}: a body is required"
        for media in body.get("content", {}).values():
            schema = contract.flat(OPENAPI, media["schema"])
            if schema.get("additionalProperties") is not False:
                yield f"{where}: unknown fields of a request must be refused"


def _answer(contract: Documents, operation: Mapping[str, Any]) -> Mapping[str, Any]:
    good = next(r for status, r in operation["responses"].items() if status.startswith("2"))
    content = contract.resolved(OPENAPI, good)[1]["content"]
    answer: Mapping[str, Any] = contract.flat(OPENAPI, content["application/json"]["schema"])
    return answer


def one_version(contract: Documents) -> Iterator[str]:
    """Check that events and API, which are released together, have the same version."""
    versions = {contract.by_name[name]["info"]["version"] for name in (ASYNCAPI, OPENAPI)}
    if len(versions) != 1:
        yield f"asyncapi.yaml and openapi.yaml have different versions: {sorted(versions)}"


def requests_are_limited(contract: Documents) -> Iterator[str]:
    """Check that everything a client sends has a limit: each text, number, list and map."""
    for path, method, item, operation in contract.operations(OPENAPI):
        where = f"{OPENAPI}: {method} {path}"
        for parameter in contract.parameters(OPENAPI, item, operation):
            schema = contract.flat(OPENAPI, parameter["schema"])
            yield from _unlimited(f"{where} {parameter['name']}", schema)
        _, body = contract.resolved(OPENAPI, operation.get("requestBody", {}))
        for media in body.get("content", {}).values():
            yield from _unlimited(f"{where} body", contract.flat(OPENAPI, media["schema"]))


def _unlimited(where: str, schema: Mapping[str, Any]) -> Iterator[str]:
    kind = schema.get("type")
    if kind == "string" and not (
        schema.keys() & {"enum", "const", "maxLength"} or _bounded(schema)
    ):
        yield f"{where} is a text without a maximum length"
    if kind in ("integer", "number") and not {"minimum", "maximum"} <= schema.keys():
        yield f"{where} is a number without bounds"
    if kind == "array" and "maxItems" not in schema:
        yield f"{where} is a list without a maximum length"
    values = schema.get("additionalProperties", True)
    if kind == "object" and values is not False and "maxProperties" not in schema:
        yield f"{where} is a map without a maximum size"
    for name, child in schema.get("properties", {}).items():
        yield from _unlimited(f"{where}.{name}", child)
    if isinstance(values, Mapping):
        yield from _unlimited(f"{where}.*", values)
    if isinstance(schema.get("propertyNames"), Mapping):
        names = schema["propertyNames"]
        yield from _unlimited(f"{where} (names)", {"type": "string", **names})


def _bounded(schema: Mapping[str, Any]) -> bool:
    """Whether a pattern matches the whole text and limits its length."""
    pattern = schema.get("pattern", "")
    endless = any(sign in pattern for sign in ("*", "+", ",}"))
    return pattern.startswith("^") and pattern.endswith("$") and not endless
