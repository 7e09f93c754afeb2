"""What the site holds, read as text: everything is there, and every link leads somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from generated.catalogue import EVENTS, OPERATIONS
from infra.generate.events import read_catalogue
from infra.site import build, links
from infra.site.deciding import decided
from infra.site.errors import SiteError
from infra.site.markdown import render
from infra.site.places import documents, page_of
from tests.site.conftest import Built

pytestmark = pytest.mark.xdist_group("site")


def test_every_link_leads_somewhere_and_nothing_is_loaded_from_elsewhere(site: Built) -> None:
    assert links.broken(site.folder) == []


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "there.html").write_text('<p id="here">')
    (tmp_path / "page.html").write_text(
        '<a href="there.html#here"></a><a href="there.html#gone"></a><a href="gone.html"></a>'
        '<a href="https://example.com/"></a><script src="https://example.com/x.js"></script>'
    )

    assert links.broken(tmp_path) == [
        "page.html: there.html#gone",
        "page.html: gone.html",
        "page.html: https://example.com/x.js",
    ]


@pytest.mark.parametrize("name", ["", "api/index.html"])
def test_the_proxy_of_make_run_serves_a_page_and_all_that_it_loads(
    behind_the_proxy: Built, name: str
) -> None:
    base = behind_the_proxy.url
    page = httpx.get(base + name).raise_for_status().text

    files = re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', page)
    assert {Path(file).suffix for file in files} >= {".css", ".js"}
    for file in files:
        url = urljoin(base + name, file)
        place = behind_the_proxy.folder / url.removeprefix(base)
        assert httpx.get(url).raise_for_status().content == place.read_bytes()


def test_every_document_has_a_page(site: Built) -> None:
    assert {page_of(path) for path in documents()} <= set(site.pages)


@pytest.mark.parametrize("event", EVENTS)
def test_the_page_of_an_event_names_who_announces_and_who_decides(site: Built, event: str) -> None:
    text = (site.folder / f"events/{event}.html").read_text()

    (read,) = [e for e in read_catalogue().events if e.type == event]
    assert read.producer in text
    for reception in read.receptions:
        place = decided(reception)
        assert f"{place.path}.html#L{place.line}" in text
        assert reception.channel.address in text
    assert text.count("<details") >= 2


def test_the_deciding_line_is_the_line_of_the_function(site: Built) -> None:
    (reception, *_) = read_catalogue().events[0].receptions
    place = decided(reception)

    page = (site.folder / f"source/{place.path}.html").read_text()

    (line,) = [text for text in page.splitlines() if f'id="L{place.line}"' in text]
    assert place.function in line


def test_the_contract_for_download_is_whole(site: Built) -> None:
    contract = json.loads((site.folder / "api/openapi.json").read_text())

    served = {o["operationId"] for item in contract["paths"].values() for o in item.values()}
    assert served == set(OPERATIONS)
    assert "common.yaml" not in json.dumps(contract)


def test_a_document_with_a_broken_link_stops_the_build() -> None:
    with pytest.raises(SiteError, match=r"docs/x\.md links to gone\.md, which is not there"):
        render("[x](gone.md)", "docs/x.md")


def test_a_missing_program_is_named_and_the_old_site_stays(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/old.html").write_text("old")

    with pytest.raises(SiteError, match=r"redoc.*is not there\. Mend: make setup"):
        build.build(tmp_path / "site", tmp_path / "nothing")

    assert [path.name for path in tmp_path.rglob("*.html")] == ["old.html"]


def test_anchors_are_those_of_github() -> None:
    made = render("# A `b_c` (d)!\n\n## Same\n\n## Same\n", "docs/x.md")

    assert [h.anchor for h in made.headings] == ["a-b_c-d", "same", "same-1"]
