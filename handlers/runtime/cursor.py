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
    """`scope` says which list: kind, owner, filter."""
    raw = f"{_check(position, scope)}{position}".encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(cursor: str, scope: tuple[str, ...]) -> str:
    """Raises Problem 400 when the cursor was not made for this list."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (binascii.Error, ValueError):
        raw = ""
    check, position = raw[:CHECK_CHARS], raw[CHECK_CHARS:]
    if not POSITION.fullmatch(position) or check != _check(position, scope):
        raise invalid(400, [FieldError("cursor", "is not a next_cursor of this list")])
    return position


def _check(position: str, scope: tuple[str, ...]) -> str:
    # No secret: a made-up position only moves within the caller's own list. The check tells
    # mistakes from positions; POSITION keeps out what DynamoDB would choke on.
    return fingerprint("\n".join((*scope, position)))
