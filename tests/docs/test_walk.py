"""The README's walk through a new event is a valid edit of the contract as it is now."""

import pytest

from infra.generate import spec
from infra.generate.events import Event, read_catalogue
from tests.docs.documents import ROOT, Document

EVENT = "gateway.payment_refunded"


def walked(text: str) -> str:
    """The contract with the lines that the README adds, each group below the line it stands below
    there.
    """
    (diff,) = (b.text for b in Document(ROOT / "README.md").blocks if b.language == "diff")
    place = ""
    for line in diff.splitlines()[2:]:
        if line.startswith("+"):
            text = text.replace(f"\n{place}\n", f"\n{place}\n{line[1:]}\n", 1)
            place = f"{place}\n{line[1:]}"
        else:
            place = line[1:]
    return text


@pytest.fixture
def event(monkeypatch: pytest.MonkeyPatch) -> Event:
    edited = walked((ROOT / "specs" / "asyncapi.yaml").read_text("utf-8"))
    original = spec._text
    monkeypatch.setattr(
        spec, "_text", lambda name: edited if name == "asyncapi.yaml" else original(name)
    )
    (event,) = (one for one in read_catalogue().events if one.type == EVENT)
    return event


def test_the_new_event_has_its_producer(event: Event) -> None:
    assert event.producer == "gateway-processor"
    assert event.data_class == "GatewayPaymentRefunded"


def test_the_new_event_reaches_its_consumers(event: Event) -> None:
    reached = {(one.service, one.delivery) for one in event.receptions}

    assert reached == {("wallet-service", "queue"), ("metrics-collector", "invoke")}
