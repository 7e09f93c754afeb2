"""Integers as our services want them: written without a decimal point."""

from __future__ import annotations

from typing import Any


def whole(node: Any) -> Any:
    """The same document with 1.0 written as 1.

    JSON Schema calls both an integer. Our services refuse the first, on purpose: whoever writes
    money with a decimal point computes with floats.
    """
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if isinstance(node, dict):
        return {key: whole(value) for key, value in node.items()}
    return [whole(item) for item in node] if isinstance(node, list) else node
