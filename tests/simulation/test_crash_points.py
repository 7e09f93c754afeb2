"""Every fault at every boundary of every path a payment can take, alone and in pairs."""

from __future__ import annotations

import pytest

from tests.simulation.call_sites import HANDLERS, Trace, call_sites, in_source
from tests.simulation.crash_points import (
    PATHS,
    Path,
    first_problem,
    run,
    sample_pairs,
    singles,
    singles_in_turn,
    sweep_pairs,
    sweep_singles,
    times,
)
from tests.simulation.faults import Fault

TRACE = Trace()
# Of the main path every pair, and every fault in all its sizes; of the others some pairs, and sizes
# in turn. Everything: `make simulate ARGS=--crash-points SIZE=full`.
MAIN = PATHS[:1]
PAIRS_OF_THE_OTHERS = 20


@pytest.mark.xdist_group("crash points")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_no_single_fault_breaks_a_promise(path: Path) -> None:
    swept = sweep_singles(path, TRACE, singles if path in MAIN else singles_in_turn)

    assert not swept.problems, swept


@pytest.mark.xdist_group("crash points")
def test_every_call_in_the_source_has_met_every_fault() -> None:
    """It runs after the sweeps, in the same process. A new call needs a path that reaches it."""
    missing = {str(site): kinds for site in call_sites() if (kinds := TRACE.missing(site))}

    assert TRACE.kinds, "run it together with the sweeps"
    assert not missing


def test_a_call_of_any_operation_of_aws_is_a_call_site() -> None:
    source = "self.dynamodb.delete_item(Key=key)\nsqs.send_message_batch(QueueUrl=url)\n"

    found = [site.operation for site in in_source(HANDLERS / "new.py", source)]

    assert found == ["DeleteItem", "SendMessageBatch"]


@pytest.mark.parametrize("path", MAIN, ids=lambda path: path.name)
def test_no_pair_of_faults_at_the_boundaries_breaks_a_promise(path: Path) -> None:
    swept = sweep_pairs(path)

    assert not swept.problems, swept


@pytest.mark.parametrize("path", PATHS[1:], ids=lambda path: path.name)
def test_no_pair_of_a_sample_of_faults_breaks_a_promise(path: Path) -> None:
    swept = sample_pairs(path, PAIRS_OF_THE_OTHERS)

    assert not swept.problems, swept


def test_with_any_one_message_parked_a_payment_still_ends_automatically() -> None:
    assert first_problem() == ""


def test_copies_of_a_message_in_its_queue_and_in_its_dlq_are_messages_of_their_own() -> None:
    """Each of them is parked and leaves the DLQ once, so no dead letter counts as lost."""
    queue = "payment-orchestrator--wallet-funds_deducted"
    duplicated = (Fault(f"{queue} receive", 1, "duplicate", 0.5),)
    unprocessed = times("payment-orchestrator-consumer start", "crash-start", 20)
    in_its_dlq = (Fault(f"{queue}-dlq receive", 1, "duplicate", 0.99),)

    outcome, plan = run(PATHS[0], (*duplicated, *unprocessed, *in_its_dlq))

    assert set(in_its_dlq) <= set(plan.happened)
    assert outcome.problems == []
