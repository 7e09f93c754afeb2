"""Integers of the contract: their range, and how our services read them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

# The largest integer that every JSON parser reads exactly (RFC 8259, section 6): 2^53 - 1.
EXACT_MAX: Final = 9_007_199_254_740_991
# Format -> least and greatest value. An int64 stays within what JSON represents exactly.
FORMATS: Final[Mapping[str, tuple[int, int]]] = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-EXACT_MAX, EXACT_MAX),
}


def whole(node: Any) -> Any:
    """Return the same document with 1.0 written as 1.

    JSON Schema accepts both as integers. Our services refuse the first deliberately: software that
    writes money with a decimal point computes with floats.
    """
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if isinstance(node, dict):
        return {key: whole(value) for key, value in node.items()}
    return [whole(item) for item in node] if isinstance(node, list) else node
