"""Check that the specification documents an answer of an operation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jsonschema_rs

from infra.contracts.documents import OPENAPI
from tests.contracts.payloads import CONTRACT


def _response(operation_id: str, status: int) -> Mapping[str, Any] | None:
    for _, _, _, operation in CONTRACT.operations(OPENAPI):
        if operation["operationId"] == operation_id and str(status) in operation["responses"]:
            found: Mapping[str, Any] = CONTRACT.resolved(
                OPENAPI, operation["responses"][str(status)]
            )[1]
            return found
    return None


def require_documented(operation_id: str, status: int, document: Any) -> None:
    """Require a documented status, a valid document and, for a refusal, an example of its type."""
    response = _response(operation_id, status)
    assert response is not None, f"{operation_id} does not document {status}"
    (media,) = response["content"].values()
    schema = CONTRACT.flat(OPENAPI, media["schema"])
    found = [error.message for error in jsonschema_rs.iter_errors(schema, document)]
    assert found == []
    if status >= 400:
        assert refusal_is_documented(operation_id, status, document), document["type"]


def refusal_is_documented(operation_id: str, status: int, document: Mapping[str, Any]) -> bool:
    response = _response(operation_id, status)
    if response is None:
        return False
    (media,) = response["content"].values()
    shown = {example["value"]["type"] for example in media["examples"].values()}
    return document["type"] in shown
