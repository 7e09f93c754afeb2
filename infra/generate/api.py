"""Read specs/openapi.yaml: operations and models per service, and API Gateway's projection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.generate.models import reachable
from infra.generate.names import pascal, snake
from infra.generate.spec import COMMON, STEERING, SpecError, load, pointer, references, resolve

SPEC = "openapi.yaml"
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Parameter:
    field: str
    name: str
    location: str
    integer: bool
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    service: str
    summary: str
    roles: tuple[str, ...]
    sandbox_open: bool
    authenticated: bool
    parameters: tuple[Parameter, ...]
    body: str | None
    answer: str

    @property
    def function(self) -> str:
        return snake(self.id)

    @property
    def parameters_class(self) -> str | None:
        return f"{pascal(self.id)}Parameters" if self.parameters else None


def read_operations() -> tuple[Operation, ...]:
    """Return every operation of specs/openapi.yaml.

    Raises SpecError naming the place where a convention is broken.
    """
    document = load(SPEC)
    return tuple(
        _operation(document, method, path, spec)
        for path, item in document["paths"].items()
        for method, spec in item.items()
        if method in METHODS
    )


def _operation(
    document: Mapping[str, Any], method: str, path: str, spec: Mapping[str, Any]
) -> Operation:
    where = f"paths.{path}.{method}"
    for key in ("operationId", "x-service", "summary"):
        if key not in spec:
            raise SpecError(SPEC, where, f"{key} is missing")
    parameters = tuple(_parameter(document, where, p) for p in spec.get("parameters", []))
    in_path = {p.name for p in parameters if p.location == "path"}
    if in_path != {part[1:-1] for part in path.split("/") if part.startswith("{")}:
        raise SpecError(SPEC, where, "its path parameters differ from those of the path")
    return Operation(
        id=spec["operationId"],
        method=method.upper(),
        path=path,
        service=spec["x-service"],
        summary=spec["summary"],
        roles=tuple(spec.get("x-roles", ())),
        sandbox_open=bool(spec.get("x-sandbox-open", False)),
        authenticated=bool(spec.get("security", document["security"])),
        parameters=parameters,
        body=_body(document, where, spec),
        answer=_answer(where, spec),
    )


def _parameter(document: Mapping[str, Any], where: str, spec: Mapping[str, Any]) -> Parameter:
    if "$ref" in spec:
        spec = resolve(document, SPEC, spec["$ref"])
    if spec["in"] not in ("path", "query", "header"):
        raise SpecError(
            SPEC, where, f"parameter {spec['name']} is in {spec['in']}, which is not supported"
        )
    return Parameter(
        field=snake(spec["name"]),
        name=spec["name"],
        location=spec["in"],
        integer=spec["schema"].get("type") == "integer",
        required=bool(spec.get("required", False)),
        schema=spec["schema"],
    )


def _body(document: Mapping[str, Any], where: str, spec: Mapping[str, Any]) -> str | None:
    body = spec.get("requestBody")
    if body is None:
        return None
    if "$ref" in body:
        body = resolve(document, SPEC, body["$ref"])
    if list(body["content"]) != ["application/json"] or not body.get("required"):
        raise SpecError(SPEC, where, "a request body must be required and application/json")
    return pointer(body["content"]["application/json"]["schema"]["$ref"])[-1]


def _answer(where: str, spec: Mapping[str, Any]) -> str:
    good = [r for status, r in spec["responses"].items() if status.startswith("2")]
    if len(good) != 1:
        raise SpecError(SPEC, where, f"needs exactly one 2xx answer, has {len(good)}")
    return pointer(good[0]["content"]["application/json"]["schema"]["$ref"])[-1]


def service_schemas(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """Return the schemas of a service: bodies, answers, and an object per set of parameters."""
    document = load(SPEC)
    parameters = {
        o.parameters_class: _parameters_schema(o) for o in operations if o.parameters_class
    }
    roots = {
        f"#/components/schemas/{name}" for o in operations for name in (o.body, o.answer) if name
    }
    roots |= {r for schema in parameters.values() for r in references(schema)}
    return reachable(document, SPEC, roots) | parameters


def _parameters_schema(operation: Operation) -> dict[str, Any]:
    return {
        "description": f"Parameters of {operation.id}.",
        "type": "object",
        "required": [p.field for p in operation.parameters if p.required],
        "properties": {p.field: dict(p.schema) for p in operation.parameters},
    }


def problem_types() -> tuple[str, ...]:
    document = load(SPEC)
    types: list[str] = document["components"]["schemas"]["ProblemType"]["enum"]
    return tuple(types)


def project() -> dict[str, Any]:
    """Return the document as OpenAPI 3.0.3, self-contained, for API Gateway and for 3.0 tools."""
    document = load(SPEC)
    common = load(COMMON)["$defs"]
    document["openapi"] = "3.0.3"
    document["info"].pop("summary", None)
    document["info"]["license"].pop("identifier", None)
    document["components"]["schemas"] |= {
        name: schema for name, schema in common.items() if name not in ("CloudEvent",)
    }
    projected: dict[str, Any] = _older(document)
    return projected


def _older(node: Any) -> Any:
    """Convert 3.1 to 3.0.

    Shared references become local, `const` an enum of one member, `examples` one example.
    """
    if isinstance(node, list):
        return [_older(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        # 3.0 ignores the siblings of a reference.
        if reference.startswith((COMMON, "#/$defs/")):
            reference = "#/components/schemas/" + pointer(reference)[-1]
        return {"$ref": reference}
    return dict(_older_items(node))


def _older_items(node: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in node.items():
        if key == "const":
            yield "enum", [value]
        elif key == "examples" and isinstance(value, list):
            yield "example", value[0]
        elif key not in STEERING | {"propertyNames", "x-minor-unit-exponents"}:
            yield key, _older(value)
