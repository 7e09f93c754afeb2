"""docs/how-to/add-an-event.md is a valid edit of today's contract, and its claims are true."""

import json
import re

import pytest

from infra.contracts.compat import changes
from infra.contracts.documents import ASYNCAPI, OPENAPI, RELEASED, Documents, parsed, read, releases
from infra.contracts.gate import least_version, verdict, version_of
from infra.generate import spec
from infra.generate.__main__ import TARGETS
from infra.generate.events import Event, read_catalogue
from infra.generate.outputs import render_all
from infra.generate.write import difference
from tests.docs.documents import ROOT, Document
from tests.docs.pages import edits, next_minor

EVENT = "gateway.payment_refunded"
PAGE = Document(ROOT / "docs" / "how-to" / "add-an-event.md")


def texts(*, version: str | None = None) -> dict[str, str]:
    """Both documents after the first step, with another version or their own."""
    found = {name: (ROOT / "specs" / name).read_text("utf-8") for name in (ASYNCAPI, OPENAPI)}
    (edit,) = edits(PAGE)
    found[ASYNCAPI] = edit.of(found[ASYNCAPI])
    if version is None:
        return found
    own = f"\n  version: {version_of(read())}\n"
    return {name: text.replace(own, f"\n  version: {version}\n", 1) for name, text in found.items()}


def contract(*, version: str | None = None) -> Documents:
    made = read()
    for name, text in texts(version=version).items():
        made = made.with_document(name, parsed(text))
    return made


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> None:
    after, original = texts(version=next_minor()), spec._as_json
    as_json = {name: json.dumps(parsed(text)) for name, text in after.items()}
    monkeypatch.setattr(spec, "_as_json", lambda name: as_json.get(name) or original(name))


@pytest.fixture
def event(edited: None) -> Event:
    (event,) = (one for one in read_catalogue().events if one.type == EVENT)
    return event


def test_the_new_event_has_its_producer(event: Event) -> None:
    assert event.producer == "gateway-processor"
    assert event.data_class == "GatewayPaymentRefunded"


def test_the_new_event_reaches_its_consumers(event: Event) -> None:
    reached = {(one.service, one.delivery) for one in event.receptions}

    assert reached == {("wallet-service", "queue"), ("metrics-collector", "invoke")}


def test_the_next_minor_version_is_what_the_new_event_needs() -> None:
    released = read(RELEASED / releases()[-1])
    old = version_of(released)

    assert least_version(old, changes(released, contract())) != old
    found = changes(released, contract(version=next_minor()))
    assert list(verdict(old, next_minor(), found)) == []


@pytest.mark.usefixtures("edited")
def test_generating_changes_as_many_files_as_the_page_shows() -> None:
    files = render_all(progress=lambda _step: None)
    changed = difference(ROOT, files, TARGETS)

    (shown,) = re.findall(r"^\d+ files, \d+ changed", PAGE.text, re.MULTILINE)
    assert shown == f"{len(files)} files, {len(changed)} changed"


def test_the_advice_after_the_type_error_is_the_one_of_make() -> None:
    recipe = re.search(
        r"^check-types:.*\n\t\$\(call step,[^,]*,(.*)\)$",
        (ROOT / "Makefile").read_text("utf-8"),
        re.MULTILINE,
    )

    assert recipe
    assert f"make check-types failed. Fix: {recipe[1]}\n" in PAGE.text
