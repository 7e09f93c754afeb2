"""Models and specification accept and refuse the same examples of specs/examples."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from generated.catalogue import EVENTS
from generated.common import CloudEvent
from generated.published import PUBLISHED
from handlers.core.envelope import parsed
from handlers.core.errors import Permanent

SPECS = Path(__file__).parents[2] / "specs"
EXAMPLES = sorted((SPECS / "examples").glob("*/*.json"))
MODELS = {name: model for events in PUBLISHED.values() for name, model in events.items()}


@cache
def validator(event_type: str) -> Draft202012Validator:
    """Of the message's payload as asyncapi.yaml has it, references and all."""
    asyncapi = yaml.safe_load((SPECS / "asyncapi.yaml").read_text())
    shared = yaml.safe_load((SPECS / "schemas" / "common.yaml").read_text())
    resources = [
        ("urn:specs/asyncapi.yaml", asyncapi),
        ("urn:specs/schemas/common.yaml", shared),
    ]
    registry: Registry[Any] = Registry().with_resources(
        (uri, DRAFT202012.create_resource(contents)) for uri, contents in resources
    )
    payload = asyncapi["components"]["messages"][event_type]["payload"]
    absolute = json.loads(
        json.dumps(payload)
        .replace('"schemas/common.yaml#', '"urn:specs/schemas/common.yaml#')
        .replace('"#/', '"urn:specs/asyncapi.yaml#/')
    )
    return Draft202012Validator(absolute, registry=_absolute(registry, asyncapi))


def _absolute(registry: Any, asyncapi: Any) -> Any:
    text = json.dumps(asyncapi["components"])
    components = json.loads(
        text.replace('"schemas/common.yaml#', '"urn:specs/schemas/common.yaml#')
    )
    resource = DRAFT202012.create_resource(asyncapi | {"components": components})
    return registry.with_resource("urn:specs/asyncapi.yaml", resource)


def accepted(model: type[CloudEvent], text: str) -> bool:
    try:
        parsed(model, text)
    except Permanent:
        return False
    return True


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", EXAMPLES, ids=named)
def test_an_example_is_what_its_name_says_to_model_and_specification(path: Path) -> None:
    text, event_type = path.read_text(), path.parent.name
    valid = path.name.startswith("valid-")

    assert valid or path.name.startswith("invalid-")
    assert accepted(MODELS[event_type], text) is valid
    assert validator(event_type).is_valid(json.loads(text)) is valid


def test_every_event_has_valid_and_invalid_examples() -> None:
    found = {(p.parent.name, p.name.partition("-")[0]) for p in EXAMPLES}

    assert found == {(event, kind) for event in EVENTS for kind in ("valid", "invalid")}


GOOD = {
    event: json.loads((SPECS / "examples" / event / "valid-first.json").read_text())
    for event in EVENTS
}
OTHER_VALUES: tuple[Any, ...] = (None, "", "x" * 5_000, 0, -1, 1.5, True, [], {}, "null", "é")


def changed(document: Any, *, values: tuple[Any, ...]) -> list[tuple[str, Any]]:
    """The document with each field in turn left out, or given each of the values."""
    made: list[tuple[str, Any]] = []
    for name, value in document.items():
        made.append((f"{name} missing", {k: v for k, v in document.items() if k != name}))
        made += [(f"{name} = {str(other)[:9]!r}", document | {name: other}) for other in values]
        if isinstance(value, dict):
            made += [
                (f"{name}.{w}", document | {name: d}) for w, d in changed(value, values=values)
            ]
    return made


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_model_and_specification_agree_on_every_change_of_one_field(event_type: str) -> None:
    specification = validator(event_type)

    disagreements = [
        what
        for what, document in changed(GOOD[event_type], values=OTHER_VALUES)
        if accepted(MODELS[event_type], json.dumps(document)) != specification.is_valid(document)
    ]

    assert disagreements == []


@pytest.mark.parametrize("event_type", sorted(EVENTS))
def test_model_and_specification_both_accept_what_a_later_version_adds(event_type: str) -> None:
    for value in OTHER_VALUES:
        later = GOOD[event_type] | {"later": value}
        later["data"] = GOOD[event_type]["data"] | {"later": value}

        assert validator(event_type).is_valid(later)
        assert accepted(MODELS[event_type], json.dumps(later)), value
