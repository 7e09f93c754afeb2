"""The table of limits in docs/architecture/service-design.md shows the numbers of the code."""

import re
from typing import Final

import pytest

from handlers.error_handler.decisions import REDRIVES_MAX
from handlers.gateway_processor.consumer import QUESTIONS_MAX
from handlers.payment_orchestrator.decisions import ASKS_MAX
from handlers.runtime.commit import ATTEMPTS_MAX
from handlers.runtime.queue import RECEIVES_MAX
from infra.local.stack import Settings
from infra.template import build_template
from infra.template.bus import MESSAGE_BYTES_MAX, RECEIVE_COUNT_MAX, RETENTION_S
from tests.docs.documents import ROOT, Document

PAGE: Final = Document(ROOT / "docs" / "architecture" / "service-design.md")
SECONDS_A_DAY: Final = 86_400
EXPIRY_S: Final = build_template().to_dict()["Parameters"]["ExpirySeconds"]["Default"]
LIMITS: Final = {
    "receives of a message": f"{RECEIVES_MAX}",
    "automatic re-drives": f"{REDRIVES_MAX}",
    "announcements of a payment after its deadline": f"{ASKS_MAX}",
    "attempts of an optimistic write": f"{ATTEMPTS_MAX}",
    "calls to the gateway per delivery": f"{QUESTIONS_MAX}",
    "lifetime of a reservation": f"{EXPIRY_S} s, parameter `ExpirySeconds`",
    "message": f"{MESSAGE_BYTES_MAX:,} bytes",
    "retention of a message": f"{RETENTION_S // SECONDS_A_DAY} days",
}


def rows() -> dict[str, str]:
    """What is limited, and the limit that the table shows."""
    section = PAGE.text.partition("\n## Limits\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `", section, re.MULTILINE)
    return {str(what): str(limit) for what, limit in found}


def test_the_table_has_a_row_for_each_of_these_limits_and_no_other() -> None:
    assert rows().keys() == LIMITS.keys()


@pytest.mark.parametrize("what", LIMITS)
def test_a_limit_in_the_table_is_the_one_in_the_code(what: str) -> None:
    assert rows()[what] == LIMITS[what]


def test_sqs_stops_after_as_many_receives_as_a_consumer() -> None:
    assert RECEIVE_COUNT_MAX == RECEIVES_MAX


def test_a_local_stack_has_the_expiry_of_the_template() -> None:
    assert int(EXPIRY_S) == Settings().expiry_s
