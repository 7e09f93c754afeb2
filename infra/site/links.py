"""Does every link and every asset of a built site exist? Without a browser."""

from __future__ import annotations

import posixpath
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

LOADED: Final = frozenset({"script", "link", "img", "iframe", "source", "video", "audio", "embed"})


class _Reader(HTMLParser):
    """Collects what a page points at, and what can be pointed at in it."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, bool]] = []
        self.anchors: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if name == "id" and value:
                self.anchors.add(value)
            elif name in ("href", "src") and value is not None:
                self.links.append((value, tag in LOADED))


def broken(site: Path) -> list[str]:
    """Every link that leads nowhere, and every asset from another server, as page and link."""
    pages = {
        path.relative_to(site).as_posix(): _read(path) for path in sorted(site.rglob("*.html"))
    }
    return [
        f"{url}: {link}"
        for url, page in pages.items()
        for link, loaded in page.links
        if not _leads_somewhere(site, pages, url, link, loaded)
    ]


def _read(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text("utf-8"))
    return reader


def _leads_somewhere(
    site: Path, pages: dict[str, _Reader], url: str, link: str, loaded: bool
) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return not loaded
    path = unquote(parts.path)
    target = posixpath.normpath(posixpath.join(posixpath.dirname(url), path)) if path else url
    if target.startswith("..") or not (site / target).is_file():
        return False
    return not parts.fragment or unquote(parts.fragment) in pages[target].anchors
