"""Ids that follow from what they name, so that the same request or fact has the same id wherever it
is made.
"""

from __future__ import annotations

import base64
import hashlib
import json

from generated.model import Model

ID_CHARS = 26  # 130 bits of a SHA-256 in base 32: collisions do not happen
ID_BYTES = 20  # what they are made of, in the groups of five that base 32 takes


def derived(prefix: str, *parts: str) -> str:
    """`<prefix>_` and 26 characters that depend on all parts, each with its own bounds."""
    digest = hashlib.sha256(json.dumps(parts).encode()).digest()[:ID_BYTES]
    return f"{prefix}_{base64.b32encode(digest).decode().lower()[:ID_CHARS]}"


def event_id(event_type: str, subject: str) -> str:
    """Each type of event happens at most once to its subject, so these two name it (specs:
    EventId).
    """
    return derived("evt", event_type, subject)


def request_fingerprint(body: Model) -> str:
    """Stands for a request's body, however its fields were ordered."""
    return fingerprint(json.dumps(body.model_dump(mode="json", exclude_none=True), sort_keys=True))


def fingerprint(text: str) -> str:
    """22 characters that stand for a request's content."""
    digest = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
