"""One reader for JSON that comes from outside."""

import pytest

from handlers.core.strict_json import StrictJsonError, strict_json


def test_a_json_text_is_read_from_text_or_bytes() -> None:
    assert strict_json('{"a": [1, "é", null]}') == {"a": [1, "é", None]}
    assert strict_json('{"a": "é"}'.encode()) == {"a": "é"}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1, "a": 2}', "names a field twice"),
        ('{"a": {"b": 1, "b": 1}}', "names a field twice"),
        ("[NaN]", "is not valid JSON"),
        ("[-Infinity]", "is not valid JSON"),
        ("", "is not valid JSON"),
        (b"\xff", "is not valid JSON"),
        ("[" * 100_000, "is nested too deeply"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(text: str | bytes, why: str) -> None:
    with pytest.raises(StrictJsonError, match=why):
        strict_json(text)
