"""Pages that show the code: every file and folder that a document or an event points at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.site.code import source
from infra.site.places import in_repository, page_of

HIDDEN: Final = frozenset({"__pycache__", "node_modules"})
FILE_BYTES_MAX: Final = 400_000


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    path: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Source:
    """A file with its text, or a folder with what is in it."""

    path: str
    html: str
    listed: tuple[Listed, ...]

    @property
    def url(self) -> str:
        return page_of(self.path)


def sources(linked: Iterable[str]) -> list[Source]:
    """A page for each of these files and folders, and for the files in these folders."""
    named = [_read(path) for path in dict.fromkeys(linked)]
    inside = {item.path for page in named for item in page.listed if not item.folder}
    return named + [_read(path) for path in sorted(inside - {page.path for page in named})]


def _read(path: str) -> Source:
    place = in_repository(path)
    if not place.is_dir():
        return Source(path, source(place.read_text("utf-8"), place.name), ())
    listed = tuple(
        Listed(item.name, item.relative_to(in_repository("")).as_posix(), item.is_dir())
        for item in sorted(place.iterdir(), key=lambda p: (p.is_dir(), p.name))
        if _is_shown(item)
    )
    return Source(path, "", listed)


def _is_shown(place: Path) -> bool:
    if place.name.startswith(".") or place.name in HIDDEN:
        return False
    return place.is_dir() or place.stat().st_size <= FILE_BYTES_MAX
