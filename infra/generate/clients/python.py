"""The Python package: the models of the services, and templates around them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from infra.generate import api, models
from infra.generate.clients import operations as contract
from infra.generate.clients.operations import Argument, Operation
from infra.generate.names import pascal, snake
from infra.generate.spec import COMMON, SpecError, load, pointer

TEMPLATES = Path(__file__).parent / "templates"
FOLDER = "generated/clients/python"
# The generated alias of timestamps, which becomes an alias of texts with a `datetime`.
TIMESTAMP = re.compile(
    r'^(Timestamp = TypeAliasType\("Timestamp", Annotated\[)str(, .*)\]\)$', re.MULTILINE
)
MODEL_IMPORTS = """from pydantic import AfterValidator
from .model import Model, TimestampText"""
PACKAGE = "payments_client"
SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}
# Keyword of a schema → argument of pydantic's Field.
LIMITS = {
    "minimum": "ge",
    "maximum": "le",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "pattern",
}
SAYING_NOTHING = {"type", "format", "default", "title", "description", "examples"}


def environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES / language),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - code and Markdown, not HTML
    )
    made.filters["snake"] = snake
    made.filters["pascal"] = pascal
    made.filters["json"] = json.dumps
    return made


def render(operations: tuple[Operation, ...]) -> dict[str, str]:
    """Return name → text of every file of the package. Raises SpecError."""
    templates = environment("python")
    templates.filters["python_type"] = python_type
    templates.filters["signature"] = signature
    templates.filters["passed_on"] = passed_on
    templates.filters["named"] = named
    schemas = contract.schemas(operations)
    context = {
        "operations": operations,
        "problems": contract.problem_kinds(),
        "key_header": contract.KEY_HEADER,
        "info": load(api.SPEC)["info"],
        "names": sorted(schemas),
        "used": sorted(used_names(operations)),
    }
    files = {
        f"{FOLDER}/{_place(name)}": templates.get_template(name).render(context)
        for name in templates.list_templates(extensions=["jinja"])
    }
    return files | {
        f"{FOLDER}/{PACKAGE}/models.py": _models(schemas),
        f"{FOLDER}/{PACKAGE}/py.typed": "",
    }


def _place(template: str) -> str:
    name = template.removesuffix(".jinja")
    return f"{PACKAGE}/{name}" if name.endswith(".py") else name


def _models(schemas: Mapping[str, Any]) -> str:
    """Return the models, without imports of `generated`: the package is installed elsewhere."""
    code = models.models(schemas, docstring="Requests and answers of the API.", shared=False)
    code = code.replace("from generated.model import Model", MODEL_IMPORTS)
    code, found = TIMESTAMP.subn(r"\1TimestampText\2, AfterValidator(TimestampText)])", code)
    if found != 1:
        raise SpecError(COMMON, "$defs.Timestamp", "must be the schema of a text")
    return code


def python_type(schema: Mapping[str, Any]) -> str:
    """Return the Python type of a parameter's schema."""
    if "$ref" in schema:
        return pointer(schema["$ref"])[-1]
    if schema.get("type") not in SCALARS:
        raise SpecError(api.SPEC, f"parameter {schema}", "needs a named schema or a plain type")
    return SCALARS[schema["type"]]


def checked_type(schema: Mapping[str, Any]) -> str:
    """Return the Python type with the limits that pydantic checks."""
    if "$ref" in schema:
        return python_type(schema)
    if unknown := schema.keys() - LIMITS.keys() - SAYING_NOTHING:
        where = f"parameter with {sorted(unknown)}"
        raise SpecError(api.SPEC, where, "give its schema a name under components.schemas")
    limits = [f"{LIMITS[word]}={limit!r}" for word, limit in schema.items() if word in LIMITS]
    strict = [] if schema["type"] == "string" else ["strict=True"]
    return f"Annotated[{python_type(schema)}, Field({', '.join([*strict, *limits])})]"


def used_names(operations: tuple[Operation, ...]) -> set[str]:
    """Return the models that the signatures of the operations use."""
    named = {n for o in operations for n in (o.body, o.answer, o.item) if n}
    arguments = [a for o in operations for a in o.arguments]
    return named | {python_type(a.schema) for a in arguments if "$ref" in a.schema}


def signature(operation: Operation, *, pages: bool = False, checked: bool = False) -> str:
    """Return the parameters of a method: path, then body, then the rest by keyword.

    `pages`: without the cursor, for an iterator over all pages. `checked`: by pydantic.
    """
    typed = checked_type if checked else python_type
    first = [f"{a.field}: {typed(a.schema)}" for a in operation.located("path")]
    first += [f"body: {operation.body}"] if operation.body else []
    taken = [a for a in keywords(operation) if not (pages and a.name == "cursor")]
    rest = [f"{a.field}: {typed(a.schema)}{'' if a.required else ' | None = None'}" for a in taken]
    key = f"idempotency_key: {typed(contract.key_schema())} | None = None"
    rest += [key] if operation.keyed else []
    return ", ".join([*first, *_marked(rest)])


def _marked(by_keyword: list[str]) -> list[str]:
    """Return the parameters behind the star that makes them keyword-only."""
    return ["*", *by_keyword] if by_keyword else []


def keywords(operation: Operation) -> tuple[Argument, ...]:
    return operation.located("query") + operation.located("header")


def named(operation: Operation) -> str:
    """Return the names of the parameters, for documentation."""
    names = [a.field for a in operation.located("path")]
    names += ["body"] if operation.body else []
    rest = [a.field for a in keywords(operation)]
    rest += ["idempotency_key"] if operation.keyed else []
    return ", ".join([*names, *_marked(rest)])


def passed_on(operation: Operation) -> str:
    """Return the same parameters as arguments of the call that they are passed to."""
    first = [a.field for a in operation.located("path")]
    first += ["body"] if operation.body else []
    rest = [f"{a.field}={a.field}" for a in keywords(operation)]
    rest += ["idempotency_key=idempotency_key"] if operation.keyed else []
    return ", ".join([*first, *rest])
