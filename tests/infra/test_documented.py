"""The numbers that documents state are those of the code."""

import re
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import pytest

from generated.catalogue import DELAYS_S
from handlers.error_handler.decisions import REDRIVES_MAX
from handlers.gateway_processor.consumer import QUESTIONS_MAX
from handlers.payment_orchestrator.decisions import ASKS_MAX
from handlers.runtime.commit import ATTEMPTS_MAX
from handlers.runtime.queue import RECEIVES_MAX
from handlers.runtime.request import BODY_BYTES_MAX
from infra.services.rows import STORES
from infra.template import build_template
from infra.template.bus import MESSAGE_BYTES_MAX, RETENTION_S

ROOT: Final = Path(__file__).parents[2]
DESIGN: Final = (ROOT / "docs/architecture/service-design.md").read_text("utf-8")
README: Final = (ROOT / "infra/README.md").read_text("utf-8")
TEMPLATE: Final[dict[str, Any]] = build_template().to_dict()
PARAMETERS: Final[dict[str, Any]] = TEMPLATE["Parameters"]
DAY_S: Final = 24 * 3600
LIMITS: Final = {
    "receives of a message": RECEIVES_MAX,
    "automatic re-drives": REDRIVES_MAX,
    "announcements of a payment after its deadline": ASKS_MAX,
    "attempts of an optimistic write": ATTEMPTS_MAX,
    "calls to the gateway per delivery": QUESTIONS_MAX,
    "lifetime of a reservation": PARAMETERS["ExpirySeconds"]["Default"],
    "message": MESSAGE_BYTES_MAX,
    "retention of a message": RETENTION_S // DAY_S,
}


def table(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    below = re.split(rf"^#+ {heading}$", text, flags=re.MULTILINE)[1]
    rows = re.findall(r"^\|(.+)\|$", below.partition("\n#")[0], re.MULTILINE)
    return [[cell.strip() for cell in row.split("|")] for row in rows[2:]]


def names(cell: str) -> list[str]:
    """What a cell shows as code."""
    return re.findall(r"`([^`]+)`", cell)


def first_number(text: str) -> int:
    return int(re.findall(r"\d[\d,]*", text)[0].replace(",", ""))


def test_every_documented_limit_is_that_of_the_code() -> None:
    documented = {what: first_number(limit) for what, limit, _ in table(DESIGN, "Limits")}

    assert documented == LIMITS


def test_the_documented_limit_of_a_body_is_that_of_the_code() -> None:
    assert f"A body holds at most {BODY_BYTES_MAX:,} bytes" in DESIGN


def test_a_delayed_copy_is_as_late_as_a_reservation_lasts() -> None:
    assert set(DELAYS_S.values()) == {PARAMETERS["ExpirySeconds"]["Default"]}


def test_every_file_that_a_limit_refers_to_exists() -> None:
    files = [file for _, _, where in table(DESIGN, "Limits") for file in names(where)]

    assert [file for file in files if not (ROOT / file).is_file()] == []


def test_the_documented_tables_are_those_of_the_rows() -> None:
    documented = [
        (name, tuple(names(key)), names(index)[:1], streamed == "yes")
        for name, key, index, streamed in table(DESIGN, "Data")
    ]

    assert documented == [
        (store.name, store.key, [store.index.name] if store.index else [], store.streamed)
        for store in STORES
    ]


def documented_defaults() -> dict[str, str]:
    """Parameter → default, as the README of infra/ states them; several share a row."""
    documented: dict[str, str] = {}
    for cell, defaults, _ in table(README, "Parameters"):
        found = [default.strip("` ") for default in defaults.split(",")]
        documented |= dict(zip(names(cell), cycle(found), strict=False))
    return documented


@pytest.mark.parametrize("name", [name for name in PARAMETERS if not name.endswith("CodeKey")])
def test_every_parameter_is_documented_with_its_default(name: str) -> None:
    default = str(PARAMETERS[name].get("Default", "none")) or "empty"

    assert documented_defaults().get(name) == default


def test_no_other_parameter_is_documented() -> None:
    assert documented_defaults().keys() - {"…CodeKey"} <= PARAMETERS.keys()


def test_every_output_is_documented() -> None:
    documented = names(
        re.split(r"^### Outputs$", README, flags=re.MULTILINE)[1].partition("\n#")[0]
    )

    tables = {name for name in TEMPLATE["Outputs"] if name.endswith("Table")}
    assert set(documented) == TEMPLATE["Outputs"].keys() - tables
    assert len(tables) == len(STORES)
