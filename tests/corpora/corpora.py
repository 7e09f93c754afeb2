"""Input that breaks services: JSON texts, naughty strings, wrong amounts, broken messages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.builders import initiated, travelling

DATA: Final = Path(__file__).with_name("data")
MESSAGE_BYTES_MAX: Final = 262_144
# The characters that SQS accepts in a message: those of XML 1.0.
SENDABLE: Final = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
GIANTS: Final = {
    "parsing/n_structure_100000_opening_arrays": b"[" * 100_000,
    "parsing/n_structure_open_array_object": b'[{"":' * 50_000 + b"\n",
}


@cache
def json_texts() -> Mapping[str, bytes]:
    """JSONTestSuite as name → bytes, invalid UTF-8 included."""
    texts: dict[str, str] = json.loads((DATA / "json_test_suite.json").read_text())
    return {name: text.encode("latin-1") for name, text in texts.items()} | GIANTS


@cache
def naughty_strings() -> tuple[str, ...]:
    """The Big List of Naughty Strings, and a few that it lacks."""
    strings = json.loads((DATA / "blns.json").read_text())
    return (*strings, *OURS)


def sendable(text: bytes) -> str | None:
    """Return the text as the body of a message, or None when SQS would refuse it."""
    try:
        body = text.decode()
    except UnicodeDecodeError:
        return None
    fits = len(text) <= MESSAGE_BYTES_MAX
    return body if fits and SENDABLE.fullmatch(body) else None


OURS: Final = (
    *("\x00", "\ud800", "\udfff\ud800", "\ufeff", "\u202e", "\r\nX: y"),
    *("a" * 100_000, "%00", "%s%n", "null", "pay_" + "a" * 26, "../../health"),
)

# JSON values that are not amounts in minor units.
NO_VALUES: Final = (
    *("0", "-1", "-0", "1.0", "1e2", "1E+2", "0.1", '"1"', '""', '"1e2"', "true", "false", "null"),
    *("[]", "[1]", "{}", "NaN", "Infinity", "-Infinity", "01", "+1", "0x1", "1_000", "\u0661"),
    *("1000000000000", str(2**53 - 1), str(2**53 + 1), str(2**63), str(2**64), "9" * 39),
    *("9" * 5_000, "1e400", "-1e400", "1" + "0" * 400),
)
# Codes of which none is a currency of the contract.
NO_CURRENCIES: Final = (
    *("eur", "Eur", "EU", "EURO", "", " EUR", "EUR ", "\u20ac", "978", "\u0415UR", "EUR\u0000"),
    *("XXX", "XTS", "XAU", "XDR", "BTC", "DEM", "VES", "CLF", "MRU", "ISK", "ZZZ"),
)
# Currencies of ISO 4217 with no, two and three decimal places.
EXPONENTS: Final = ("JPY", "KRW", "CLP", "EUR", "KWD", "BHD", "TND")
VALUE_MAX: Final = 999_999_999_999


def broken_bodies() -> Mapping[str, str]:
    """Bodies of messages that are not events of the contract, by what is wrong with them."""
    text = travelling(initiated())
    good = json.loads(text)
    without = {f"without {name}": json.dumps(_less(good, name)) for name in good}
    return {
        "empty": " ",
        "no JSON": "payment.initiated",
        "cut off": text[: len(text) // 2],
        "twice": text + text,
        "doubly encoded": json.dumps(text),
        "in a list": f"[{text}]",
        "in the bus's envelope": json.dumps({"detail-type": good["type"], "detail": good}),
        "in the queue's envelope": json.dumps({"Records": [{"body": text}]}),
        "of a topic": json.dumps({"Type": "Notification", "Message": text}),
        "unknown version": json.dumps(good | {"specversion": "2.0"}),
        "wrong source": json.dumps(good | {"source": "intruder"}),
        "unknown type": json.dumps(good | {"type": "payment.teleported"}),
        "type is a list": json.dumps(good | {"type": [good["type"]]}),
        "data is a text": json.dumps(good | {"data": json.dumps(good["data"])}),
        "data is null": json.dumps(good | {"data": None}),
        "a null beside": json.dumps(good | {"causationid": None}),
        "a field twice and no end": text.replace("{", '{"type": "x", ', 1)[:-1],
        "a lone surrogate": text.replace(good["id"], r"\ud800"),
        "not a number": text.replace(str(good["data"]["amount"]["value"]), "NaN"),
        "as large as it can be": json.dumps({"x": "x" * (MESSAGE_BYTES_MAX - 9)}),
        "nested": '{"data":' * 30_000 + "1" + "}" * 30_000,
        **without,
    }


def _less(document: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}
