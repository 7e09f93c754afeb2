"""The bundled documents are self-contained and the same contract."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.contracts import lint
from infra.contracts.documents import ASYNCAPI, COMMON, GATEWAY, OPENAPI, ROOT
from infra.contracts.node import NODE, script
from infra.generate.spec import references
from tests.contracts.payloads import CONTRACT

DOCUMENTS: Final = (OPENAPI, GATEWAY, ASYNCAPI)


def bundle(name: str) -> dict[str, Any]:
    text = (ROOT / "generated" / name.replace(".yaml", ".json")).read_text("utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_reference_points_to_something_in_the_bundle(name: str) -> None:
    document = bundle(name)
    contract = CONTRACT.with_document(name, document)

    for reference in references(document):
        assert reference.startswith("#/"), reference
        assert contract.at(name, reference[1:]) is not None


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_bundle_is_equivalent_to_its_document(name: str) -> None:
    bundled = CONTRACT.with_document(name, bundle(name))

    if name == ASYNCAPI:
        for event in CONTRACT.events:
            assert bundled.event_schema(event) == CONTRACT.event_schema(event)
        return
    for path, item in CONTRACT.by_name[name]["paths"].items():
        assert bundled.flat(name, bundled.by_name[name]["paths"][path]) == CONTRACT.flat(name, item)


@pytest.mark.parametrize("name", [OPENAPI, GATEWAY])
def test_a_bundle_is_valid_openapi(name: str) -> None:
    assert list(OpenAPIV31SpecValidator(bundle(name)).iter_errors()) == []


def test_the_bundle_of_events_is_valid_for_tools_that_do_not_read_asyncapi_3_1() -> None:
    place = str(ROOT / "generated" / "asyncapi.json")
    done = script(lint.HERE / "asyncapi-parse.mjs", str(NODE), place)

    answer = json.loads(done.stdout)
    assert bundle(ASYNCAPI)["asyncapi"] == "3.0.0"
    assert answer["parsed"]
    assert [p for p in answer["problems"] if p["severity"] <= lint.WARNING] == []


def test_a_bundle_holds_the_shared_schemas_under_their_own_names() -> None:
    schemas = bundle(ASYNCAPI)["components"]["schemas"]

    for name in ("Money", "CloudEvent", "PaymentId"):
        assert schemas[name]["title"] == name
    assert schemas["Money"]["required"] == CONTRACT.by_name[COMMON]["$defs"]["Money"]["required"]
