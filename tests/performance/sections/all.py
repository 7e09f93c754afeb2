"""Every part of the bench, in the order of its table."""

from typing import Final

from infra.template.functions import FUNCTIONS
from tests.performance.bill.paths import PATHS
from tests.performance.sections import bill, hot_wallet, pipeline, starts, warm
from tests.performance.sections.result import Section
from tests.performance.starts.bundles import PARTNERS

SECTIONS: Final = (
    Section("starts", starts.ROUNDS * (len(FUNCTIONS) + len(PARTNERS)) + 1, starts.run),
    Section("warm", 1, warm.run),
    Section("bill", len(PATHS), bill.run),
    Section("hot-wallet", hot_wallet.SEEDS, hot_wallet.run),
    Section("pipeline", pipeline.ROUNDS + 2, pipeline.run),
)
