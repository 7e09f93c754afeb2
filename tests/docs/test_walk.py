"""The README's walk through a new event is a valid edit of the contract as it is now, and what it
says about that edit is true.
"""

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

EVENT = "gateway.payment_refunded"
README = Document(ROOT / "README.md")


def walked(text: str) -> str:
    """The contract with the lines that the README adds, each group below the line it stands below
    there.
    """
    (diff,) = (b.text for b in README.blocks if b.language == "diff")
    place = ""
    for line in diff.splitlines()[2:]:
        if line.startswith("+"):
            text = text.replace(f"\n{place}\n", f"\n{place}\n{line[1:]}\n", 1)
            place = f"{place}\n{line[1:]}"
        else:
            place = line[1:]
    return text


def texts(*, version: str | None = None) -> dict[str, str]:
    """Both documents after the first step of the walk, with another version or their own."""
    found = {name: (ROOT / "specs" / name).read_text("utf-8") for name in (ASYNCAPI, OPENAPI)}
    found[ASYNCAPI] = walked(found[ASYNCAPI])
    if version is None:
        return found
    own = f"\n  version: {version_of(read())}\n"
    return {name: text.replace(own, f"\n  version: {version}\n", 1) for name, text in found.items()}


def contract(*, version: str | None = None) -> Documents:
    made = read()
    for name, text in texts(version=version).items():
        made = made.with_document(name, parsed(text))
    return made


def next_minor() -> str:
    """What the walk tells to write."""
    major, minor, _ = version_of(read()).split(".")
    return f"{major}.{int(minor) + 1}.0"


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> None:
    after, original = texts(version=next_minor()), spec._as_json
    said = {name: json.dumps(parsed(text)) for name, text in after.items()}
    monkeypatch.setattr(spec, "_as_json", lambda name: said.get(name) or original(name))


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
def test_generating_changes_as_many_files_as_the_walk_says() -> None:
    files = render_all(progress=lambda _step: None)
    changed = difference(ROOT, files, TARGETS)

    (said,) = re.findall(r"^\d+ files, \d+ changed", README.text, re.MULTILINE)
    assert said == f"{len(files)} files, {len(changed)} changed"
