"""JSON that is read again and again on its way through the cloud: parsed once, never changed."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

KEPT_MAX: Final = 4096


@lru_cache(KEPT_MAX)
def parsed(text: str) -> Any:
    """Raises ValueError. Nobody may change what it gives."""
    return json.loads(text)
