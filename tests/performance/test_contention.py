"""A busy wallet is folded: faster, cheaper and fairer than one message at a time."""

import pytest

from tests.performance.contention import both
from tests.performance.sections.hot_wallet import DELIVERIES_MAX, SPEED_MIN, UNITS_MAX

pytestmark = pytest.mark.wallet_service


@pytest.mark.parametrize("seed", range(2))
def test_a_thousand_payments_at_once_are_folded_and_none_is_starved(seed: int) -> None:
    folded, single = both(seed=seed)

    assert folded.per_second >= SPEED_MIN * single.per_second
    assert folded.write_units <= UNITS_MAX * single.write_units
    assert folded.receives_max <= DELIVERIES_MAX
    # The longest wait is shorter than the typical wait when payments are handled one at a time.
    assert folded.seconds < single.seconds / 2


def test_the_same_seed_is_the_same_run() -> None:
    first, second = both(payments=100, seed=3), both(payments=100, seed=3)

    assert first == second
