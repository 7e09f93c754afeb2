"""The site in a real browser: two screens, both themes, served as `make run` serves it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import pytest
from playwright.sync_api import expect

from generated.catalogue import OPERATIONS
from infra.site.build import MODULES
from tests.site.chromium import launched
from tests.site.conftest import Built

if TYPE_CHECKING:
    from playwright.sync_api import (
        Browser,
        ConsoleMessage,
        Locator,
        Page,
        Request,
        Response,
        ViewportSize,
    )

pytestmark = pytest.mark.xdist_group("site")

HOME = "index.html"
EVENT = "events/wallet.funds_reserved.html"
OPERATIONS_PAGE = "api/index.html"
REFERENCE = "api/reference.html"
SOURCE = "source/handlers/wallet_service/decisions.py.html"
SHOWN = [HOME, EVENT, OPERATIONS_PAGE, REFERENCE]
AXE = MODULES / "axe-core/axe.min.js"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
DRAWN_TIMEOUT_MS = 20_000
BAD = 400
DIAGRAM_PX_MIN = 500
Colours = Literal["light", "dark"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport=DESKTOP)
    yield page
    page.close()


def opened(page: Page, url: str) -> None:
    """Open a page, and wait until its diagrams and its reference are drawn."""
    page.goto(url)
    page.wait_for_function(
        "() => !document.querySelector('pre.mermaid') && !(document.getElementById('reference')"
        " && !document.querySelector('#reference [id*=createPayment], #reference [id*=charge]'))",
        timeout=DRAWN_TIMEOUT_MS,
    )


@dataclass  # without slots: Playwright keeps attributes of its own on listeners
class Faults:
    """Everything that goes wrong in a tab."""

    base: str
    seen: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("request", self._request)
        page.on("response", self._response)
        page.on("requestfailed", self._failed)
        page.on("pageerror", lambda error: self.seen.append(f"exception: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.seen.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.base, "data:", "blob:")):
            self.seen.append(f"elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the tab went on to the next page
            self.seen.append(f"failed: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= BAD:
            self.seen.append(f"{response.status}: {response.url}")


def test_pages_open_without_an_error_and_load_nothing_from_elsewhere(
    page: Page, site: Built
) -> None:
    faults = Faults(site.url)
    faults.watch(page)
    drawn = [n for n in site.pages if 'class="diagram"' in (site.folder / n).read_text("utf-8")]

    wrong = {}
    for name in [*SHOWN, "gateway/reference.html", SOURCE, *drawn]:
        opened(page, site.url + name)
        if faults.seen:
            wrong[name], faults.seen = faults.seen, []

    assert wrong == {}


def test_pages_work_when_they_are_opened_as_files(page: Page, site: Built) -> None:
    for name in (HOME, REFERENCE, "docs/state-machines.html"):
        opened(page, (site.folder / name).as_uri())


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_no_violation(browser: Browser, site: Built, name: str, colours: Colours) -> None:
    page = browser.new_page(viewport=DESKTOP, color_scheme=colours, bypass_csp=True)
    opened(page, site.url + name)
    page.add_script_tag(path=str(AXE))

    found = page.evaluate(
        "axe.run().then(({violations}) => violations.map(v => [v.id, v.nodes[0].html]))"
    )

    assert found == []
    page.close()


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", [*SHOWN, "docs/architecture/architecture-diagram.html"])
def test_no_page_is_wider_than_the_screen(
    page: Page, site: Built, name: str, screen: ViewportSize
) -> None:
    page.set_viewport_size(screen)
    opened(page, site.url + name)

    assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]


@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_diagram_is_large_and_a_click_shows_it_on_the_whole_screen(
    page: Page, site: Built, screen: ViewportSize
) -> None:
    page.set_viewport_size(screen)
    opened(page, site.url + HOME)
    diagram = page.locator(".diagram").first
    x, _, _, height = box(diagram)
    assert height > DIAGRAM_PX_MIN

    diagram.click()
    large = box(diagram)
    page.keyboard.press("Escape")

    assert (large[0], large[1], large[3]) == (0, 0, screen["height"])
    assert box(diagram)[0] == x


def box(locator: Locator) -> tuple[float, float, float, float]:
    """Return where it is: left, top, width and height."""
    found = locator.bounding_box()
    assert found is not None
    return found["x"], found["y"], found["width"], found["height"]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("createPayment", "api/index.html#createpayment"),
        ("idempotency", "api/index.html#idempotency-key"),
        ("idempotencey", "api/index.html#idempotency-key"),
        ("funds_reserved", EVENT),
        ("circut open", "docs/runbooks/circuit-open.html"),
    ],
)
def test_the_search_ranks_the_right_page_first(
    page: Page, site: Built, query: str, first: str
) -> None:
    page.goto(site.url + "docs/glossary.html")
    searched(page, query)

    link = page.get_by_role("option").first.get_attribute("href")
    assert re.sub(r"\?[^#]*", "", str(link).removeprefix(site.url)) == first


def test_a_search_without_a_result_says_so(page: Page, site: Built) -> None:
    page.goto(site.url + HOME)
    searched(page, "zzzqqq")

    page.locator("dialog").get_by_text("No results").first.wait_for()


def searched(page: Page, query: str) -> None:
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Search").fill(query)


def test_the_theme_is_switched_and_stays(page: Page, site: Built) -> None:
    page.goto(site.url + HOME)
    for switch in ("Switch to light mode", "Switch to dark mode"):
        page.get_by_title(switch).click()

    page.goto(site.url + EVENT)

    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"


def test_a_page_has_its_contents_and_links_to_headings_and_code_to_copy(
    page: Page, site: Built
) -> None:
    page.goto(site.url + EVENT)

    assert page.locator(".md-sidebar--secondary a", has_text="Consumers").first.is_visible()
    assert page.locator("h2 .headerlink").count() == page.locator("h2").count() > 0
    assert page.get_by_title("Copy to clipboard").first.is_visible()


def test_the_menu_of_a_phone_is_closed_at_first(page: Page, site: Built) -> None:
    page.set_viewport_size(PHONE)
    page.goto(site.url + HOME)
    menu = page.locator(".md-sidebar--primary")
    expect(menu).not_to_be_in_viewport()

    page.locator("label[for=__drawer].md-header__button").click()

    expect(menu).to_be_in_viewport()


def test_the_reference_shows_every_operation_with_samples(page: Page, site: Built) -> None:
    opened(page, site.url + REFERENCE)

    text = page.content()
    assert [operation for operation in OPERATIONS if operation not in text] == []


def test_a_request_from_the_reference_reaches_the_running_system(page: Page, site: Built) -> None:
    page.goto(site.url + REFERENCE + "#tag/health/getHealth")
    page.get_by_role("button", name="Test Request (get /health)").click()
    page.get_by_role("button", name=re.compile("^Send get")).click()
    page.get_by_text("200 OK").first.wait_for()

    assert site.requests == ["GET /stage/health"]
