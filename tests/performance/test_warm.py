"""A warm function takes few instructions per message; counted, so that no clock decides."""

import pytest

from tests.performance import instructions
from tests.performance.sections.warm import RECORD_MAX, REQUEST_MAX, SUBJECTS

pytestmark = pytest.mark.skipif(
    not instructions.available(), reason="needs valgrind: apt-get install valgrind"
)
REPEATS = 20
READING = ("json.loads(record)", "json.loads(body)", "record", "json.loads(request)", "request")


def test_reading_a_message_costs_little_more_than_its_json() -> None:
    found = instructions.per_call(SUBJECTS, REPEATS, READING)

    assert found["record"] <= RECORD_MAX * found["json.loads(record)"]
    assert found["record"] <= RECORD_MAX * found["json.loads(body)"]
    assert found["request"] <= REQUEST_MAX * found["json.loads(request)"]
