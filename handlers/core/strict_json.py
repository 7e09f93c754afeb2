"""JSON as RFC 8259 has it: no NaN or Infinity, and no object that names a member twice."""

from __future__ import annotations

import json


class StrictJsonError(ValueError):
    """The text is not strict JSON; the message completes the sentence "The text …"."""


def strict_json(text: str | bytes) -> object:
    """Return the value of a JSON text.

    Two members of one name could mean two things, and Python's reader takes NaN and gives up on
    deep nesting with a RecursionError. Raises StrictJsonError for each.
    """
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        return json.loads(decoded, object_pairs_hook=_unique, parse_constant=_no_constant)
    except RecursionError as error:
        raise StrictJsonError("is nested too deeply") from error
    except StrictJsonError:
        raise
    except ValueError as error:
        raise StrictJsonError("is not valid JSON") from error


def _unique(members: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(members)
    if len(document) < len(members):
        raise StrictJsonError("names a field twice")
    return document


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
