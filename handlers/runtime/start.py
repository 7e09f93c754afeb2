"""The end of a process's start: what is there now stays for good."""

from __future__ import annotations

import gc
from typing import TypeVar

T = TypeVar("T")


def ready(built: T) -> T:
    """`built`, the last thing that an entry point makes. The collector runs from here on, and never
    looks at what was loaded before.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return built
