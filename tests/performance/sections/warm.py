"""One message in a warm function: instructions, in parts."""

from __future__ import annotations

from typing import Final

from tests.performance import instructions
from tests.performance.chart import Bar, bars
from tests.performance.figures import Figure
from tests.performance.sections.result import Result, Step

REPEATS: Final = 200
SUBJECTS: Final = "tests.performance.warm.subjects"
RECORD_MAX, REQUEST_MAX = 2, 3
APART: Final = (
    *("decision", "log line", "log line by json.dumps"),
    *("GetItem", "UpdateItem", "TransactWriteItems", "PutEvents"),
)
READING: Final = ("json.loads(record)", "record", "json.loads(request)", "request")


def run(step: Step) -> Result:
    found = instructions.per_call(SUBJECTS, REPEATS)
    step()
    record, request = found["record"], found["request"]
    figures = [
        Figure(
            *("warm", "an SQS record, to its json.loads", record / found["json.loads(record)"]),
            at_most=RECORD_MAX,
        ),
        Figure("warm", "the same, to json.loads of its body", record / found["json.loads(body)"]),
        Figure(
            *("warm", "an API request, to its json.loads", request / found["json.loads(request)"]),
            at_most=REQUEST_MAX,
        ),
        *(Figure("warm", name, found[name] / 1000, "k instructions") for name in APART),
    ]
    shown = [Bar(name, found[name] / 1000, "json" not in name) for name in (*READING, *APART)]
    return Result(figures, {"warm.svg": bars("Thousand instructions each, warm", "k", shown)})
