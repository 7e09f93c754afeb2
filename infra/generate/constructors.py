"""Constructors that copy fields from a stored state or an event into a model.

Each takes every field of its model from a source, so a new field of the contract is a type error
where the source lacks it. Nothing is looked up by name at run time.
"""

from __future__ import annotations

import ast
from collections.abc import Collection
from dataclasses import dataclass

from infra.generate.names import snake

HEAD = "from typing import TYPE_CHECKING, Protocol\n"


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    type: str


def with_constructor(module: str, model: str, decided: Collection[str] = ()) -> str:
    """Return the module's source followed by `<model>_from`.

    The caller gives the `decided` fields; the source has all others. Raises ValueError when the
    module lacks the model, or the model a field.
    """
    fields = _fields(module, model)
    unknown = set(decided) - {field.name for field in fields}
    if unknown:
        raise ValueError(f"{model} has no field {', '.join(sorted(unknown))}")
    carried = [field for field in fields if field.name not in decided]
    given = [field for field in fields if field.name in decided]
    return (
        _imports_added(module)
        + "\n\n"
        + _protocol(model, carried)
        + _function(model, carried, given)
    )


def _fields(module: str, model: str) -> list[_Field]:
    for node in ast.parse(module).body:
        if isinstance(node, ast.ClassDef) and node.name == model:
            return [
                _Field(item.target.id, ast.unparse(item.annotation))
                for item in node.body
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            ]
    raise ValueError(f"the module has no class {model}")


def _imports_added(module: str) -> str:
    docstring = ast.parse(module).body[0]
    lines = module.rstrip("\n").split("\n")
    at = docstring.end_lineno or 0
    return "\n".join([*lines[:at], "", HEAD, *lines[at:]])


def _protocol(model: str, carried: list[_Field]) -> str:
    properties = "".join(
        f"        @property\n        def {field.name}(self) -> {field.type}: ...\n\n"
        for field in carried
    )
    return (
        "if TYPE_CHECKING:\n\n"
        f"    class {model}Fields(Protocol):\n"
        f'        """A source of the fields of {model}."""\n\n'
        f"{properties}\n"
    )


def _function(model: str, carried: list[_Field], given: list[_Field]) -> str:
    parameters = "".join(f", {field.name}: {field.type}" for field in given)
    arguments = [f"{field.name}=source.{field.name}" for field in carried]
    arguments += [f"{field.name}={field.name}" for field in given]
    return (
        f'def {snake(model)}_from(source: "{model}Fields"{", *" if given else ""}{parameters})'
        f" -> {model}:\n"
        f'    """Return the {model} of a source that has its fields."""\n'
        f"    return {model}({', '.join(arguments)})\n"
    )
