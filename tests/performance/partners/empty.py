"""A handler that does nothing: what only the interpreter and the runtime client need."""

from typing import Any


def handler(event: Any, _context: object) -> Any:
    return event
