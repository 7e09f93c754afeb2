"""A Python client whose API answers as the test says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from payments_client import PaymentsClient, Retries

from tests.gateway.raw_server import Answer, RawServer, raw_server

FAST = Retries(delay_first_s=0.001, delay_max_s=0.001)
ONCE = Retries(attempts_max=1)


@contextmanager
def serving(
    *answers: Answer, retries: Retries = FAST, **options: Any
) -> Iterator[tuple[PaymentsClient, RawServer]]:
    """The client, and the server behind it; the last answer repeats."""
    with (
        raw_server(*answers) as server,
        PaymentsClient(server.url, retries=retries, **options) as client,
    ):
        yield client, server
