"""Requests that the simulated gateway keeps waiting on purpose.

They wait for a set time, or until a test lets them go: so a test decides when a late request
arrives, and knows when it has.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Holds:
    """All requests that are held now."""

    def __init__(self) -> None:
        self._held: dict[asyncio.Event, asyncio.Event] = {}  # let go -> done

    @property
    def held(self) -> int:
        return len(self._held)

    @asynccontextmanager
    async def hold(self, seconds: float) -> AsyncIterator[None]:
        """Wait; then the body is what the request does when it is let go."""
        let_go, done = asyncio.Event(), asyncio.Event()
        self._held[let_go] = done
        try:
            try:
                async with asyncio.timeout(seconds):
                    await let_go.wait()
            except TimeoutError:
                pass  # it was held long enough
            yield
        finally:
            done.set()
            self._held.pop(let_go, None)

    async def release(self) -> int:
        """Let all go, and return how many once each has done what it came for."""
        held = dict(self._held)
        for let_go in held:
            let_go.set()
        for done in held.values():
            await done.wait()
        return len(held)
