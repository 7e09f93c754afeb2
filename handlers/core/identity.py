"""Ids that are derived from what they name: the same request or fact always has the same id."""

from __future__ import annotations

import base64
import hashlib
import json

from generated.model import Model

ID_CHARS = 26  # 130 bits of a SHA-256 in base 32: collisions do not happen
ID_BYTES = 20  # what they are made of, in the groups of five that base 32 takes


def derived(prefix: str, *parts: str) -> str:
    """Return `<prefix>_` and 26 characters that depend on each of the parts."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()[:ID_BYTES]
    return f"{prefix}_{base64.b32encode(digest).decode().lower()[:ID_CHARS]}"


def event_id(event_type: str, subject: str) -> str:
    """Return the id of an event: each type happens at most once to a subject (specs: EventId)."""
    return derived("evt", event_type, subject)


def request_fingerprint(body: Model) -> str:
    """Return a fingerprint of a request's body that ignores the order of its fields."""
    return fingerprint(json.dumps(body.model_dump(mode="json", exclude_none=True), sort_keys=True))


def fingerprint(text: str) -> str:
    """Return 22 characters that identify a text."""
    digest = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
