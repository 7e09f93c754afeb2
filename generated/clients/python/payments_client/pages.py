"""Pages, each fetched when it is needed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Protocol, TypeVar

from .errors import UnexpectedAnswer


class Page(Protocol):
    """The interface of every page."""

    @property
    def next_cursor(self) -> str | None:
        """The cursor of the next page, if there may be one."""


P = TypeVar("P", bound=Page)


def pages(fetch: Callable[[str | None], P]) -> Iterator[P]:
    """Yield all pages; `fetch` takes a cursor, None for the first page."""
    cursor: str | None = None
    while True:
        page = fetch(cursor)
        yield page
        if page.next_cursor is None:
            return
        cursor = _moved_on(cursor, page.next_cursor)


async def async_pages(fetch: Callable[[str | None], Awaitable[P]]) -> AsyncIterator[P]:
    """Yield all pages; `fetch` takes a cursor, None for the first page."""
    cursor: str | None = None
    while True:
        page = await fetch(cursor)
        yield page
        if page.next_cursor is None:
            return
        cursor = _moved_on(cursor, page.next_cursor)


def _moved_on(cursor: str | None, following: str) -> str:
    """Return the next cursor, or raise: reading a list that repeats a page would never end."""
    if following == cursor:
        raise UnexpectedAnswer("The page names itself as the next one", 200, following, None)
    return following
