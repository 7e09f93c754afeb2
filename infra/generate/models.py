"""Pydantic models from schemas, by datamodel-code-generator: one module per document of schemas."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from datamodel_code_generator import generate
from datamodel_code_generator.enums import DataModelType, InputFileType, StrictTypes

from infra.generate.constructors import with_constructor
from infra.generate.events import Channel, Event
from infra.generate.spec import (
    COMMON,
    common_schemas,
    load,
    pointer,
    references,
    resolve,
    rewrite,
)

OPTIONS: dict[str, Any] = {
    "input_file_type": InputFileType.OpenAPI,
    "output_model_type": DataModelType.PydanticV2BaseModel,
    "target_python_version": "3.11",
    "base_class": "generated.model.Model",
    "use_annotated": True,
    "use_type_alias": True,
    "use_standard_collections": True,
    "use_union_operator": True,
    "use_exact_imports": True,
    "use_schema_description": True,
    "use_field_description": True,
    "use_inline_field_description": True,
    "use_single_line_docstring": True,
    "use_double_quotes": True,
    "field_constraints": True,
    "strict_nullable": True,
    "enum_field_as_literal": "all",
    # Refuse "5" and true as integers, as the contract does.
    "strict_types": [StrictTypes.int, StrictTypes.float, StrictTypes.bool],
    # Timestamps have one fixed width (see schemas/common.yaml), so they are compared and sorted as
    # text.
    "type_mappings": ["string+date-time=string"],
    "disable_timestamp": True,
    "disable_future_imports": True,
    "formatters": [],
}


def models(schemas: Mapping[str, Any], *, docstring: str, shared: bool = True) -> str:
    """Return the source of a module with one class or alias per schema.

    `shared` schemas (references into schemas/common.yaml) are imported from generated.common.
    """
    document = {
        "openapi": "3.1.0",
        "info": {"title": "schemas", "version": "1"},
        "paths": {},
        "components": {"schemas": _untitled(dict(schemas))},
    }
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "schemas").mkdir()
        (Path(folder) / COMMON).write_text(json.dumps(_untitled(load(COMMON))), "utf-8")
        source = Path(folder) / "document.json"
        source.write_text(json.dumps(document), "utf-8")
        options = OPTIONS | {"custom_file_header": f'"""{docstring}"""'}
        if shared:
            options["external_ref_mapping"] = {COMMON: "generated.common"}
        code = generate(source, **options)
    if not isinstance(code, str):
        raise TypeError("datamodel-code-generator returned several modules, expected one")
    return code


def _untitled(node: Any) -> Any:
    """Return the schemas without titles, which a class repeats as its name."""
    if isinstance(node, Mapping):
        titled = isinstance(node.get("title"), str)
        return {k: _untitled(v) for k, v in node.items() if not (titled and k == "title")}
    return [_untitled(item) for item in node] if isinstance(node, list) else node


def common_module() -> str:
    schemas = common_schemas()
    rename = {f"#/$defs/{name}": f"#/components/schemas/{name}" for name in schemas}
    return models(
        rewrite(schemas, rename),
        docstring="Values that events, API and gateway share (specs/schemas/common.yaml).",
        shared=False,
    )


def api_module(service: str, schemas: Mapping[str, Any]) -> str:
    """Return requests and answers of a service; an answer with `x-stored` has a constructor."""
    module = models(schemas, docstring=f"Requests and answers of {service} (openapi.yaml).")
    for name, schema in schemas.items():
        if schema.get("x-stored"):
            module = with_constructor(module, name)
    return module


def channel_module(event: Event, channel: Channel, document: Mapping[str, Any]) -> str:
    """Return the module of the data of a channel's event.

    A delayed copy has its own class, so that decisions can distinguish it, and its own module, so
    that a service loads only what it receives.
    """
    schema = deepcopy(document["components"]["schemas"][event.schema])
    if channel != event.channel:
        schema["description"] = document["channels"][channel.address]["description"]
    docstring = f"Data of `{channel.address}` (specs/asyncapi.yaml)."
    module = models({channel.data_class: schema}, docstring=docstring)
    if channel != event.channel:  # a copy is received, never announced
        return module
    decided = [name for name, spec in schema["properties"].items() if spec.get("x-decided")]
    return with_constructor(module, channel.data_class, decided)


def reachable(document: Mapping[str, Any], name: str, roots: set[str]) -> dict[str, Any]:
    """Return the component schemas of `document` that these references need, and themselves."""
    found: dict[str, Any] = {}
    todo = sorted(roots)
    while todo:
        reference = todo.pop()
        schema_name = pointer(reference)[-1]
        if reference.startswith(COMMON) or schema_name in found:
            continue
        found[schema_name] = resolve(document, name, reference)
        todo.extend(sorted(references(found[schema_name])))
    return {key: found[key] for key in document["components"]["schemas"] if key in found}
