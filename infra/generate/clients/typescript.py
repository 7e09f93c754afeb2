"""The TypeScript package: plain modules and their declarations, without a build step.

The types are generated here and not by a Node tool, so that `make generate` needs no Node.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.generate import api
from infra.generate.clients import operations as contract
from infra.generate.clients.operations import Argument, Operation
from infra.generate.clients.python import environment
from infra.generate.names import pascal
from infra.generate.spec import SpecError, load, pointer

FOLDER = "generated/clients/typescript"
SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean"}
COLUMNS = 100


def render(operations: tuple[Operation, ...]) -> dict[str, str]:
    """Return name → text of every file of the package. Raises SpecError."""
    templates = environment("typescript")
    templates.filters |= {
        "camel": camel,
        "type": type_of,
        "arguments": arguments,
        "method": method,
        "pages_method": pages_method,
        "pairs": pairs,
        "url": url,
    }
    schemas = contract.schemas(operations)
    context = {
        "operations": operations,
        "problems": contract.problem_kinds(),
        "key_pattern": contract.key_schema()["pattern"],
        "info": load(api.SPEC)["info"],
        "schemas": {name: declaration(name, schema) for name, schema in schemas.items()},
    }
    return {
        f"{FOLDER}/{name.removesuffix('.jinja')}": templates.get_template(name).render(context)
        for name in templates.list_templates(extensions=["jinja"])
    }


def camel(name: str) -> str:
    return name[:1].lower() + pascal(name)[1:]


def declaration(name: str, schema: Mapping[str, Any]) -> str:
    """Return a named schema as a declaration with its description."""
    if schema.get("type") != "object" or "properties" not in schema:
        return f"{_comment(schema)}export type {name} ={_union(name, schema)};\n"
    required = schema.get("required", ())
    members = "".join(
        f"{_comment(member, '  ')}  {key}{'' if key in required else '?'}: {type_of(member)};\n"
        for key, member in schema["properties"].items()
    )
    return f"{_comment(schema)}export interface {name} {{\n{members}}}\n"


def _comment(schema: Mapping[str, Any], indent: str = "") -> str:
    text = " ".join(schema.get("description", "").split())
    return f"{indent}/** {text} */\n" if text else ""


def _union(name: str, schema: Mapping[str, Any]) -> str:
    """Return the type of an alias; a long union has one member per line."""
    text = type_of(schema)
    if len(f"export type {name} = {text};") <= COLUMNS or " | " not in text:
        return f" {text}"
    return "".join(f"\n  | {member}" for member in text.split(" | "))


def type_of(schema: Mapping[str, Any]) -> str:
    """Return the TypeScript type of a schema. Raises SpecError for unsupported ones."""
    if "$ref" in schema:
        return pointer(schema["$ref"])[-1]
    if "enum" in schema or "const" in schema:
        return " | ".join(json.dumps(v) for v in schema.get("enum", [schema.get("const")]))
    kind = schema.get("type")
    if kind == "array":
        return f"{type_of(schema['items'])}[]"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"{{ [name: string]: {type_of(schema['additionalProperties'])} }}"
    if kind not in SCALARS:
        raise SpecError(api.SPEC, f"schema {schema}", "give it a name under components.schemas")
    return SCALARS[kind]


def arguments(operation: Operation) -> str:
    """Return a method's parameters: those of its path, its body, all others, its options."""
    taken = [camel(a.name) for a in operation.located("path")]
    taken += ["body"] if operation.body else []
    taken += ["parameters = {}"] if others(operation) else []
    return ", ".join([*taken, "options = {}"])


def method(operation: Operation) -> str:
    """Return the declaration of a method, in prettier's layout."""
    return _laid_out(operation.id, _declared(operation), f"Promise<{operation.answer}>")


def pages_method(operation: Operation) -> str:
    """Return the declaration of the iterator over all pages, which needs no cursor."""
    taken = _declared(operation, without="cursor")
    return _laid_out(operation.items_id, taken, f"AsyncGenerator<{operation.item}, void, void>")


def _laid_out(name: str, taken: list[str], answer: str) -> str:
    line = f"  {name}({', '.join(taken)}): {answer};"
    if len(line) <= COLUMNS:
        return line
    lines = "".join(f"    {_broken(argument)},\n" for argument in taken)
    return f"  {name}(\n{lines}  ): {answer};"


def _broken(argument: str) -> str:
    """Return an object type, with one line per member if it is too long."""
    if len(argument) + 5 <= COLUMNS or not argument.endswith(" }"):
        return argument
    name, _, members = argument[:-2].partition("{ ")
    return f"{name}{{\n" + "".join(f"      {m};\n" for m in members.split("; ")) + "    }"


def _declared(operation: Operation, without: str = "") -> list[str]:
    """Return a method's parameters with types."""
    taken = [f"{camel(a.name)}: {type_of(a.schema)}" for a in operation.located("path")]
    taken += [f"body: {operation.body}"] if operation.body else []
    left = [a for a in others(operation) if a.name != without]
    if left:
        needed = any(a.required for a in left)
        members = "; ".join(f"{_key(a)}: {type_of(a.schema)}" for a in left)
        taken.append(f"parameters{'' if needed else '?'}: {{ {members} }}")
    return [*taken, f"options?: {'KeyedOptions' if operation.keyed else 'Options'}"]


def pairs(arguments: tuple[Argument, ...]) -> str:
    """Return names and values as a JavaScript array, in prettier's layout."""
    made = [f"[{json.dumps(a.name)}, {_member(a)}]" for a in arguments]
    if len(made) == 1:
        return f"[{made[0]}]"
    return "[\n" + "".join(f"        {pair},\n" for pair in made) + "      ]"


def _member(argument: Argument) -> str:
    name = argument.name
    return f"parameters.{name}" if name.isidentifier() else f"parameters[{json.dumps(name)}]"


def _key(argument: Argument) -> str:
    name = argument.name if argument.name.isidentifier() else json.dumps(argument.name)
    return name + ("" if argument.required else "?")


def others(operation: Operation) -> tuple[Argument, ...]:
    return operation.located("query") + operation.located("header")


def url(operation: Operation) -> str:
    """Return the path as a JavaScript expression."""
    path = operation.path
    for argument in operation.located("path"):
        name = argument.name
        path = path.replace(f"{{{name}}}", f"${{encodeURIComponent({camel(name)})}}")
    return f"`{path}`" if "${" in path else json.dumps(path)
