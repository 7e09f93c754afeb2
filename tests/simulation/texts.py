"""JSON that is read many times on its way through the cloud: parsed once, never changed."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

KEPT_MAX: Final = 4096


@lru_cache(KEPT_MAX)
def parsed(text: str) -> Any:
    """Return the parsed text, which must not be changed. Raises ValueError."""
    return json.loads(text)
