"""Every page in a real browser: no error, nothing missing, nothing from the network, all drawn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from generated.catalogue import OPERATIONS
from infra.site.assets import MODULES
from tests.site.chromium import launched
from tests.site.conftest import Built

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

pytestmark = pytest.mark.xdist_group("site")

DRAWN_TIMEOUT_MS = 20_000
BAD = 400
SOURCES = "source/"
SOURCES_OPENED = 5
Colours = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser(modules: Path) -> Iterator[Browser]:
    if modules != MODULES:
        pytest.skip(f"redoc and mermaid are not installed in {MODULES}")
    with launched() as browser:
        yield browser


@dataclass  # without slots: Playwright notes its own things on whoever listens
class Watched:
    """A tab, and all that went wrong in it."""

    page: Page
    base: str
    colours: Colours
    wrong: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._console)
        self.page.on("request", self._request)
        self.page.on("response", self._response)
        self.page.on("requestfailed", self._failed)
        self.page.on("pageerror", lambda error: self.wrong.append(f"exception: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.wrong.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.wrong.append(f"elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= BAD:
            self.wrong.append(f"{response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        # Cut off, because the next page was opened: the site's icon, and Redoc's own worker.
        if request.failure != "net::ERR_ABORTED":
            self.wrong.append(f"failed: {request.url}: {request.failure}")


@pytest.fixture(params=["light", "dark"])
def tab(request: pytest.FixtureRequest, browser: Browser, site: Built) -> Iterator[Watched]:
    colours: Colours = request.param
    context = browser.new_context(color_scheme=colours)
    watched = Watched(context.new_page(), site.url, colours)
    watched.watch()
    yield watched
    context.close()


@pytest.mark.timeout(300)
def test_every_page_loads_without_an_error(tab: Watched, site: Built) -> None:
    wrong: dict[str, list[str]] = {}
    seen: set[str] = set()
    for name in _worth_opening(site.pages):
        drawn = _drawings(site.folder / name)
        if tab.colours == "dark" and drawn <= seen:
            continue  # in one colour only, a kind of drawing can fail, but no page alone
        seen |= drawn
        tab.wrong.clear()
        tab.page.goto(site.url + name)
        if drawn:
            _await_drawn(tab.page)
        if tab.wrong:
            wrong[name] = list(tab.wrong)

    assert wrong == {}


def _worth_opening(pages: list[str]) -> list[str]:
    """Pages of sources are one template around coloured text: the first few stand for all."""
    sources = [name for name in pages if name.startswith(SOURCES)]
    return [name for name in pages if name not in sources] + sources[:SOURCES_OPENED]


def _drawings(page: Path) -> set[str]:
    """The kinds of diagrams on it, and the reference: what knows the colours of the screen."""
    text = page.read_text("utf-8")
    diagrams = set(re.findall(r'class="mermaid">\s*(\w+)', text))
    return diagrams | ({"reference"} if 'id="reference"' in text else set())


def _await_drawn(page: Page) -> None:
    """All diagrams are pictures, and the reference has its operations."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('pre.mermaid')]"
        ".every((diagram) => diagram.querySelector('svg'))"
        " && (!document.getElementById('reference')"
        " || document.querySelector('#reference [data-section-id]'))",
        timeout=DRAWN_TIMEOUT_MS,
    )


def test_the_reference_shows_every_operation(tab: Watched, site: Built) -> None:
    tab.page.goto(site.url + "api/index.html")
    _await_drawn(tab.page)

    shown = tab.page.locator("#reference [data-section-id^='operation/']").all()
    assert len({item.get_attribute("data-section-id") for item in shown}) == len(OPERATIONS)


def test_the_search_leads_to_a_page(tab: Watched, site: Built) -> None:
    tab.page.goto(site.url + "docs/glossary.html")

    tab.page.keyboard.press("/")
    tab.page.keyboard.type("funds_reserved")
    tab.page.keyboard.press("Enter")

    tab.page.wait_for_url("**/events/wallet.funds_reserved.html")
    assert tab.wrong == []


def test_the_pages_work_where_make_run_serves_them(
    browser: Browser, behind_the_proxy: Built
) -> None:
    watched = Watched(browser.new_page(), behind_the_proxy.url, "light")
    watched.watch()

    for name in ("api/index.html", "docs/state-machines.html"):
        watched.page.goto(behind_the_proxy.url + name)
        _await_drawn(watched.page)

    assert watched.wrong == []
    watched.page.close()


def test_the_pages_work_when_they_are_opened_as_files(browser: Browser, site: Built) -> None:
    page = browser.new_page()
    for name in ("index.html", "api/index.html", "docs/state-machines.html"):
        page.goto((site.folder / name).as_uri())
        _await_drawn(page)
    page.close()
