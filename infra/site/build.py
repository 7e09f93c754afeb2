"""Everything of the site: documents, references, sources, and what they load."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from infra.generate.events import read_catalogue
from infra.site import assets, links
from infra.site.contracts import APIS, bundled
from infra.site.errors import SiteError
from infra.site.events import OVERVIEW, Told, flow, page_of_event, told
from infra.site.markdown import Rendered, inline, render
from infra.site.navigation import Section, before_and_after, sections, title_of
from infra.site.places import documents, in_repository, page_of, pictures, relative, to_root
from infra.site.sources import Source, sources


@dataclass(frozen=True, slots=True)
class Site:
    """All that is known before the first page is written."""

    documents: Mapping[str, Rendered]
    events: tuple[Told, ...]
    flow: str
    navigation: list[Section]
    sources: list[Source]


def read() -> Site:
    """Read contracts and documents. Raises SiteError and SpecError."""
    catalogue = read_catalogue()
    made = {path: render(in_repository(path).read_text("utf-8"), path) for path in documents()}
    events = tuple(told(catalogue, event) for event in catalogue.events)
    linked = {path for document in made.values() for path in document.files}
    linked |= {place.path for event in events for place in event.announced}
    linked |= {place.path for event in events for _, place in event.consumers}
    linked |= {f"specs/{name}" for name in ("asyncapi.yaml", *(n for n, _ in APIS.values()))}
    return Site(
        documents=made,
        events=events,
        flow=flow(catalogue),
        navigation=sections({path: document.title for path, document in made.items()}, catalogue),
        sources=sources(sorted(linked)),
    )


def build(out: Path, modules: Path) -> int:
    """Build into `out`, which is replaced when all went well. Returns the number of pages."""
    assets.check(modules)
    site = read()
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as scratch:
        fresh = Path(scratch) / "site"
        fresh.mkdir()
        pages = dict(_pages(site))
        assets.write(fresh, modules, list(_index(site)))
        for url, text in pages.items():
            (fresh / url).parent.mkdir(parents=True, exist_ok=True)
            (fresh / url).write_text(text, "utf-8")
        for picture in pictures():
            (fresh / picture).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(in_repository(picture), fresh / picture)
        broken = links.broken(fresh)
        if broken:
            raise SiteError("These links lead nowhere:\n  " + "\n  ".join(broken))
        shutil.rmtree(out, ignore_errors=True)
        fresh.rename(out)
    return len(pages)


def _pages(site: Site) -> Iterator[tuple[str, str]]:
    """Address and text of each page."""
    for path, document in site.documents.items():
        url = page_of(path)
        yield url, _page(site, url, "document", document.title, document=document, path=path)
    yield OVERVIEW, _page(site, OVERVIEW, "events", "Events", events=site.events, flow=site.flow)
    for event in site.events:
        url = page_of_event(event.event.type)
        yield url, _page(site, url, "event", event.event.type, told=event)
    for url, (name, title) in APIS.items():
        contract = bundled(name)
        yield url, _page(site, url, "api", title, contract=_embedded(contract), name=name)
        yield url.replace("index.html", "openapi.json"), json.dumps(contract, indent=2) + "\n"
    for source in site.sources:
        yield source.url, _page(site, source.url, "source", source.path, source=source)


def _page(site: Site, url: str, template: str, title: str, **content: Any) -> str:
    before, after = before_and_after(site.navigation, url)
    return (
        _templates()
        .get_template(f"{template}.html.jinja")
        .render(
            title=title,
            url=url,
            root=to_root(url),
            navigation=site.navigation,
            before=before,
            after=after,
            to=lambda target: relative(target, url),
            **content,
        )
    )


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["page"] = page_of
    made.filters["event_page"] = page_of_event
    made.filters["html"] = Markup
    made.filters["inline"] = lambda text: Markup(inline(text))  # noqa: S704 - it escapes HTML
    made.filters["readme"] = lambda service: f"handlers/{service.replace('-', '_')}/README.md"
    return made


def _embedded(document: object) -> Markup:
    """JSON inside a script element, which only `</` could end."""
    return Markup(json.dumps(document).replace("</", "<\\/"))  # noqa: S704 - it is our own contract


def _index(site: Site) -> Iterator[tuple[str, str, str]]:
    """What the search knows: address, title, words."""
    for path, document in site.documents.items():
        yield page_of(path), title_of(path, document.title), document.text
    for event in site.events:
        names = " ".join(field.name for field in event.fields)
        url = page_of_event(event.event.type)
        yield url, event.event.type, f"{event.event.summary} {event.event.producer} {names}"
    for url, (name, title) in APIS.items():
        yield url, title, " ".join(_operations(bundled(name)))


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                yield f"{method} {path} {operation['operationId']} {operation['summary']}"
