"""What the site holds, read as text: every document, every event, every operation."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import httpx
import pytest

from generated.catalogue import EVENTS, OPERATIONS
from infra.generate.events import read_catalogue
from infra.site import build
from infra.site.build import HERE, SiteError
from infra.site.deciding import announced, decided
from infra.site.documents import documents, linked_to_pages
from tests.site.conftest import Built

pytestmark = pytest.mark.xdist_group("site")


def page(document: str) -> str:
    return re.sub(r"README\.md$", "index.html", document).replace(".md", ".html")


def test_every_document_has_a_page(site: Built) -> None:
    assert {page(path) for path in documents()} <= set(site.pages)


def test_every_document_of_docs_is_in_the_navigation(site: Built) -> None:
    home = (site.folder / "index.html").read_text()

    linked = set(re.findall(r'<a href="\./([^"#]+)" class="md-nav__link', home))
    assert {page(path) for path in documents() if path.startswith("docs/")} <= linked


@pytest.mark.parametrize("event", EVENTS)
def test_the_page_of_an_event_names_who_announces_and_who_decides(site: Built, event: str) -> None:
    text = (site.folder / f"events/{event}.html").read_text()

    (read,) = [e for e in read_catalogue().events if e.type == event]
    assert read.producer in text
    made = announced(read)
    assert made, f"no function of {read.producer} makes {event}"
    for place in made:
        assert f"../source/{place.path}.html#__span-0-{place.line}" in text
    for reception in read.receptions:
        place = decided(reception)
        assert f"../source/{place.path}.html#__span-0-{place.line}" in text
        assert reception.channel.address in text
    assert text.count("<details") >= 2


def test_the_deciding_line_is_the_line_of_the_function(site: Built) -> None:
    (reception, *_) = read_catalogue().events[0].receptions
    place = decided(reception)

    text = (site.folder / f"source/{place.path}.html").read_text()

    (line,) = [text for text in text.splitlines() if f'id="__span-0-{place.line}"' in text]
    assert place.function in line


def test_every_operation_is_found_by_its_name(site: Built) -> None:
    text = (site.folder / "api/index.html").read_text()

    assert all(f'id="{operation.lower()}"' in text for operation in OPERATIONS)


def test_the_contract_for_download_is_whole(site: Built) -> None:
    contract = json.loads((site.folder / "api/openapi.json").read_text())

    served = {o["operationId"] for item in contract["paths"].values() for o in item.values()}
    assert served == set(OPERATIONS)
    assert "common.yaml" not in json.dumps(contract)


def test_what_does_not_exist_is_answered_by_a_page_with_the_way_back(site: Built) -> None:
    answer = httpx.get(f"{site.url}deep/down/gone.html")

    assert answer.status_code == 404
    assert "Page not found" in answer.text
    for file in re.findall(r'<(?:script|link)[^>]+(?:src|href)="([^"]+)"', answer.text):
        httpx.get(httpx.URL(site.url).join(file)).raise_for_status()


@pytest.mark.parametrize("link", ["gone.md", "#gone"])
def test_a_link_to_nowhere_stops_the_build(tmp_path: Path, link: str) -> None:
    shutil.copyfile(HERE / "zensical.toml", tmp_path / "zensical.toml")
    shutil.copytree(HERE / "theme", tmp_path / "theme")
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/SUMMARY.md").write_text("* [Home](README.md)\n")
    (tmp_path / "pages/README.md").write_text(f"# Home\n\n[x]({link})\n")

    with pytest.raises(SiteError, match=r"README\.md:3"):
        build.run_zensical(tmp_path)


def test_a_missing_program_is_named_and_the_old_site_stays(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/old.html").write_text("old")

    with pytest.raises(SiteError, match=r"scalar.*is missing\. .*make setup"):
        build.build(tmp_path / "site", tmp_path / "nothing")

    assert [path.name for path in tmp_path.rglob("*.html")] == ["old.html"]


def test_links_to_code_lead_to_its_page_and_code_stays_as_it_is() -> None:
    text = "[`x`](../infra/sbom.py#L3) [s](../specs) `[y](../infra/sbom.py)` [z](glossary.md#a)"

    assert linked_to_pages(text, "docs/x.md") == (
        "[`x`](../source/infra/sbom.py.md#L3) [s](../specs/README.md) "
        "`[y](../infra/sbom.py)` [z](glossary.md#a)"
    )
