"""What stands in the sidebar, in which order, under which heading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from infra.generate.events import Catalogue
from infra.site.contracts import APIS
from infra.site.events import OVERVIEW, page_of_event
from infra.site.places import page_of

EVENTS: Final = "Events"
# Titles that would say the same as another's.
NAMED: Final = {"README.md": "Overview", "README.es.md": "En español"}
# Section → which documents, by the start of their path; the first section that fits takes one.
SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    EVENTS: ("docs/events/",),
    "Architecture": ("docs/architecture/", "docs/state-machines.md"),
    "Runbooks": ("docs/runbooks/",),
    "Decisions": ("docs/decisions/",),
    "Clients": ("generated/clients/",),
    "Services": ("handlers/",),
    "Contributing": ("CONTRIBUTING", "CHANGELOG", "SECURITY", "specs/", "infra/", "tests/"),
}
REFERENCE: Final = "Reference"
START: Final = "Start"


@dataclass(frozen=True, slots=True)
class Entry:
    url: str
    title: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    entries: tuple[Entry, ...]

    def holds(self, url: str) -> bool:
        return any(entry.url == url for entry in self.entries)


def sections(titles: Mapping[str, str], catalogue: Catalogue) -> list[Section]:
    """`titles` are those of the documents, by path."""
    taken: dict[str, list[Entry]] = {name: [] for name in (START, REFERENCE, *SECTIONS)}
    taken[REFERENCE] += [Entry(url, title) for url, (_, title) in APIS.items()]
    taken[EVENTS].append(Entry(OVERVIEW, "All events"))
    taken[EVENTS] += [Entry(page_of_event(e.type), e.type, code=True) for e in catalogue.events]
    for path in sorted(titles, key=_order):
        taken[_section(path)].append(Entry(page_of(path), title_of(path, titles[path])))
    return [Section(name, tuple(entries)) for name, entries in taken.items()]


def _section(path: str) -> str:
    for name, starts in SECTIONS.items():
        if path.startswith(starts):
            return name
    return REFERENCE if path.startswith("docs/") else START


def _order(path: str) -> tuple[bool, str]:
    """The README of a folder first."""
    return (not path.endswith("README.md"), path)


def title_of(path: str, title: str) -> str:
    return NAMED.get(path, title)


def before_and_after(made: Iterable[Section], url: str) -> tuple[Entry | None, Entry | None]:
    """The neighbours of a page within its section."""
    for section in made:
        urls = [entry.url for entry in section.entries]
        if url in urls:
            at = urls.index(url)
            before = section.entries[at - 1] if at else None
            after = section.entries[at + 1] if at + 1 < len(urls) else None
            return before, after
    return None, None
