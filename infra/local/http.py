"""The HTTP client for the services on this machine."""

from __future__ import annotations

from functools import cache
from typing import Final

import httpx

TIMEOUT_S: Final = 30.0


@cache
def http() -> httpx.Client:
    """Shared by all threads: making one reads every certificate, far more work than a request.

    No proxy of the environment comes between, and no connection is kept: the server at its other
    end may be stopped and started at any time.
    """
    limits = httpx.Limits(max_keepalive_connections=0)
    return httpx.Client(timeout=TIMEOUT_S, trust_env=False, limits=limits)
