"""The big list of naughty strings in every place of the API where a caller can write something."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.api.entry import Api
from tests.builders import answered
from tests.corpora.corpora import naughty_strings
from tests.corpora.places import SCHEMAS, ask, places

REFUSALS = {400, 401, 403, 404, 413, 415, 422}
FIELDS = SCHEMAS["createPayment"]["properties"]
# The fields of a payment that take any text, and the maps of such texts.
TEXTS = {n: f for n, f in FIELDS.items() if f["type"] == "string" and "maxLength" in f}
MAPS = {n: f for n, f in FIELDS.items() if isinstance(f.get("additionalProperties"), dict)}
CHARACTERS_MAX = min(text["maxLength"] for text in TEXTS.values())
TEXTS_MAX = min(texts["maxProperties"] for texts in MAPS.values())


def test_no_string_breaks_an_operation(quick_api: Api) -> None:
    statuses: Counter[int] = Counter()
    wrong = []
    for number, text in enumerate(naughty_strings()):
        for place, operation, request in places(text, number):
            headers = {"Idempotency-Key": f"k-{number}-{place[:40].replace(' ', '-')}"}
            request["headers"] = headers | request.get("headers", {})
            status, document = answered(ask(quick_api, operation, **request))
            statuses[status] += 1
            if status >= 500 or (status >= 400 and status not in REFUSALS) or not document:
                wrong.append((text[:40], place, operation.operation_id, status))

    assert wrong == []
    assert statuses[201] > 0
    assert statuses[422] > 0


def test_a_text_that_is_accepted_comes_back_as_it_was(api: Api) -> None:
    """Over moto, so that the texts travel through botocore into a table and back."""
    good = [text for text in naughty_strings() if 0 < len(text) <= CHARACTERS_MAX]
    good = [text for text in good if text.encode("utf-8", "ignore").decode() == text]
    assert len(good) > 450
    for number, texts in enumerate(_batched(good, TEXTS_MAX)):
        metadata = {f"text-{n}": text for n, text in enumerate(texts)}
        fields: dict[str, Any] = dict.fromkeys(TEXTS, texts[0]) | dict.fromkeys(MAPS, metadata)
        created = api.pay(key=f"k-{number}", **fields)
        assert created["statusCode"] == 201, created
        path = {"payment_id": json.loads(created["body"])["payment_id"]}

        _, read = answered(api.send("GET", "/payments/{payment_id}", path=path))

        assert {name: read[name] for name in fields} == fields


def _batched(texts: list[str], size: int) -> list[list[str]]:
    return [texts[start : start + size] for start in range(0, len(texts), size)]
