"""The end of a process's start: everything loaded so far is kept for its lifetime."""

from __future__ import annotations

import gc
from typing import TypeVar

T = TypeVar("T")


def ready(built: T) -> T:
    """Return `built`, the last thing that an entry point makes.

    The garbage collector runs from here on, and skips what was loaded before.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
    return built
