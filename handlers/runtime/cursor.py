"""Opaque positions in a list, bound to the list they were made for."""

from __future__ import annotations

import base64
import binascii
import re

from handlers.core.identity import fingerprint
from handlers.core.problem import FieldError, invalid

CHECK_CHARS = 22
# What all lists are sorted by: a Timestamp and the item's id.
POSITION = re.compile(
    r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{3}Z#[a-z]{3}_[a-z2-7]{26}"
)


def encoded(position: str, scope: tuple[str, ...]) -> str:
    """Return the cursor of a position; `scope` identifies the list: kind, owner, filter."""
    raw = f"{_check(position, scope)}{position}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(cursor: str, scope: tuple[str, ...]) -> str:
    """Return the position of a cursor. Raises Problem 400 when it is not one of this list."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raw = ""
    check, position = raw[:CHECK_CHARS], raw[CHECK_CHARS:]
    if not POSITION.fullmatch(position) or check != _check(position, scope):
        raise invalid(400, [FieldError("cursor", "is not a next_cursor of this list")])
    return position


def _check(position: str, scope: tuple[str, ...]) -> str:
    # No secret: a forged position only moves within the caller's own list. The check finds
    # mistakes; POSITION refuses what DynamoDB would answer with an error.
    return fingerprint("\n".join((*scope, position)))
