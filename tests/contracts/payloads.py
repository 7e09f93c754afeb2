"""Valid and invalid payloads, made from the published schemas and not from our models.

Each event becomes a POST of a synthetic OpenAPI document, whose bodies schemathesis generates and
Hypothesis shrinks.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

import jsonschema_rs
import schemathesis
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.generation.modes import GenerationMode as Mode

from infra.contracts.documents import Documents, Pair, read
from infra.contracts.integers import whole

CONTRACT: Final = read()
PAIRS: Final = CONTRACT.pairs
PAYLOADS: Final = 12  # few, since every pair has its own; the same in each run


def search(environment: Mapping[str, str]) -> settings:
    """Return the settings of Hypothesis; `make fuzz` asks for many payloads, new in each run."""
    return settings(
        max_examples=int(environment.get("PAYLOADS_PER_PAIR", PAYLOADS)),
        deadline=None,
        database=None,
        derandomize="PAYLOADS_PER_PAIR" not in environment,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


SEARCH: Final = search(os.environ)


def identity(pair: Pair) -> str:
    return str(pair)


@cache
def validator(event: str) -> jsonschema_rs.Draft202012Validator:
    """Return the validator of an event's published schema."""
    return jsonschema_rs.Draft202012Validator(CONTRACT.event_schema(event))


def violations(event: str, document: object) -> list[str]:
    found = validator(event).iter_errors(document)
    return [f"{'/'.join(map(str, e.instance_path))}: {e.message}" for e in found]


@cache
def payloads(event: str, mode: Mode) -> SearchStrategy[Any]:
    """Return the strategy of bodies of the event, all valid or all invalid, as JSON documents."""
    operation = schemathesis.openapi.from_dict(synthetic(CONTRACT))[f"/{event}"]["POST"]
    bodies = operation.as_strategy(generation_mode=mode).map(lambda case: whole(case.body))
    wanted = mode is GenerationMode.POSITIVE
    good = bodies.filter(lambda body: is_json(body) and validator(event).is_valid(body) is wanted)
    return good.map(_noted)


def _noted(body: Any) -> Any:
    """Note the payload for the report: pytest would cut it, and Hypothesis leaves it out."""
    note(json.dumps(body))
    return body


def synthetic(contract: Documents) -> dict[str, Any]:
    """Return an OpenAPI document with one POST per event."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "events", "version": "1.0.0"},
        "paths": {f"/{event}": {"post": _operation(contract, event)} for event in contract.events},
    }


def _operation(contract: Documents, event: str) -> dict[str, Any]:
    content = {"application/json": {"schema": contract.event_schema(event)}}
    return {
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "Accepted."}},
    }


def is_json(body: object) -> bool:
    """Whether JSON can represent the body; schemathesis also makes bytes and NaN."""
    try:
        json.dumps(body, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True


def example(event: str) -> dict[str, Any]:
    """Return the first published valid example of an event."""
    for found in CONTRACT.examples:
        if found.event == event and found.valid:
            document: dict[str, Any] = json.loads(found.body)
            return document
    raise AssertionError(f"specs/examples/{event} has no valid-*.json: add one")
