"""The load tool itself: what it sends when, and what it reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from tests.performance.load.arrivals import burst, sustained
from tests.performance.load.chart import chart
from tests.performance.load.figures import Figures, figures, percentile
from tests.performance.load.sending import Payer, Sent

DUE = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALICE = Payer("alice", "token", "EUR")


def sent(payment_id: str | None, status: int = 201) -> Sent:
    return Sent(ALICE, DUE, status, 0.25, payment_id)


def a_phase(
    *requests: Sent, lost: bool = False, drained_s: float = 1.0, end: str = "completed"
) -> Figures:
    ended = DUE + timedelta(seconds=2)
    ends = {} if lost else {str(one.payment_id): (end, ended) for one in requests}
    return figures("A phase", requests, ends, drained_s)


def test_a_sustained_rate_is_met_on_average_and_is_the_same_for_the_same_seed() -> None:
    arrivals = sustained(20, 100, seed=1)

    assert 1_800 < len(arrivals) < 2_200
    assert arrivals == sorted(arrivals) == sustained(20, 100, seed=1)
    assert arrivals != sustained(20, 100, seed=2)


def test_a_burst_arrives_within_half_a_second() -> None:
    arrivals = burst(200)

    assert len(arrivals) == 200
    assert 0 <= min(arrivals) <= max(arrivals) < 0.5


def test_a_percentile_is_a_value_that_was_seen() -> None:
    values = [float(number) for number in range(1, 101)]

    assert [percentile(values, wanted) for wanted in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert percentile([7.0], 50) == 7.0
    assert percentile([], 99) == 0.0


def test_accepting_and_completing_are_two_latencies() -> None:
    phase = a_phase(sent("pay_1"), sent("pay_2"))

    assert phase.accept_s == (0.25, 0.25)
    assert phase.complete_s == (2.0, 2.0)
    assert phase.violations() == []


def test_a_payment_without_an_end_is_named() -> None:
    (violation,) = a_phase(sent("pay_1"), lost=True).violations()

    assert "pay_1" in violation


def test_every_answer_but_created_is_reported() -> None:
    phase = a_phase(sent(None, 503), sent(None, 0), sent(None, 429))

    reported = [v.rpartition(" answered ")[2] for v in phase.violations()]
    assert reported == ["503", "not at all", "429"]


def test_two_requests_that_were_answered_with_one_payment_or_with_none_are_reported() -> None:
    for second in (sent("pay_1"), sent(None)):
        (violation,) = a_phase(sent("pay_1"), second).violations()

        assert "2 requests were answered 201 for 1 payments" in violation


def test_a_payment_that_failed_is_reported() -> None:
    (violation,) = a_phase(sent("pay_1"), sent("pay_2"), end="failed").violations()

    assert "2 payments ended failed" in violation


def test_a_queue_that_drains_too_slowly_is_reported() -> None:
    (violation,) = a_phase(sent("pay_1"), drained_s=61).violations()

    assert "61 s" in violation


def test_the_chart_is_an_image_with_a_title_and_a_curve_per_latency_and_phase() -> None:
    drawn = chart([a_phase(sent("pay_1")), a_phase(sent("pay_2"))])
    image = ElementTree.fromstring(drawn)  # noqa: S314 - our own text

    space = "{http://www.w3.org/2000/svg}"
    assert image.find(f"{space}title") is not None
    assert len(image.findall(f"{space}polyline")) == 4
