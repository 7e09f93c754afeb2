"""JSONTestSuite as the body of every operation that takes one, and as each field of it."""

from __future__ import annotations

import base64
import json

import pytest

from generated.contract import Operation
from tests.api.entry import Api
from tests.builders import answered
from tests.corpora.corpora import json_texts
from tests.corpora.places import BODIES, WITH_BODY, ask


def named(operation: Operation) -> str:
    return operation.operation_id


@pytest.mark.parametrize("operation", WITH_BODY, ids=named)
def test_no_document_breaks_an_operation(api: Api, operation: Operation) -> None:
    """None of them is a valid request, so all are refused: what is not JSON as malformed."""
    wrong = []
    for name, text in json_texts().items():
        raw = base64.b64encode(text).decode()
        status, document = answered(ask(api, operation, raw=raw, base64=True))
        malformed = {400, 413} if "/n_" in name else {400, 413, 422}
        if status not in malformed or not document["detail"]:
            wrong.append((name, status))

    assert wrong == []


@pytest.mark.parametrize("operation", WITH_BODY, ids=named)
def test_no_document_that_is_text_breaks_an_operation(api: Api, operation: Operation) -> None:
    wrong = []
    for name, text in json_texts().items():
        raw = text.decode("utf-8", "surrogateescape")
        status, _ = answered(ask(api, operation, raw=raw))
        if status not in {400, 413, 422}:
            wrong.append((name, status))

    assert wrong == []


@pytest.mark.parametrize("operation", WITH_BODY, ids=named)
def test_no_document_breaks_an_operation_as_a_part_of_its_body(
    api: Api, operation: Operation
) -> None:
    """Some are valid texts for a description or a note; a 404 means that the event is unknown."""
    wrong = []
    for name, text in json_texts().items():
        for field in BODIES[operation.operation_id]:
            others = {k: v for k, v in BODIES[operation.operation_id].items() if k != field}
            start = "{" + "".join(f'"{k}": {json.dumps(v)}, ' for k, v in others.items())
            raw = f'{start}"{field}": {text.decode("utf-8", "surrogateescape")}}}'
            headers = {"Idempotency-Key": f"{field}-{len(name)}-{abs(hash(name))}"}
            status, document = answered(ask(api, operation, raw=raw, headers=headers))
            if status not in {201, 400, 404, 413, 422}:
                wrong.append((f"{name} as {field}", status))
            if status == 201:
                assert field in document, name

    assert wrong == []
