"""A handler that does nothing: what the interpreter and the runtime client take by themselves."""

from typing import Any


def handler(event: Any, _context: object) -> Any:
    return event
