"""The packages as Lambda would start them: how large they are, how many instructions it takes."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from infra.template import build_template
from infra.template.functions import FUNCTIONS
from tests.performance import instructions
from tests.performance.sections.starts import COUNTED, MB, PACKAGE_MAX_MB
from tests.performance.starts.bundles import empty, ours, package, runtime_client
from tests.performance.starts.measure import instructions_of, unpacked_bytes

# Of an empty handler's instructions. The bench aims lower, beside a handler as it is documented;
# this is what must not be lost again.
INSTRUCTIONS_MAX = 7.4


def test_a_package_is_small(tmp_path: Path) -> None:
    tree = package(tmp_path / "wallet-service", "wallet-service")

    assert unpacked_bytes(tree) <= PACKAGE_MAX_MB * MB


@pytest.mark.skipif(not instructions.available(), reason="needs valgrind")
@pytest.mark.skipif(find_spec("awslambdaric") is None, reason="needs awslambdaric")
def test_a_start_takes_no_more_instructions_than_it_did(tmp_path: Path) -> None:
    runtime = runtime_client(tmp_path)
    counted = [function for function in FUNCTIONS if function.name == COUNTED]
    (bundle,) = ours(tmp_path, runtime, counted)

    needed = instructions_of(bundle) / instructions_of(empty(tmp_path, runtime))

    assert needed <= INSTRUCTIONS_MAX


def test_snapshots_are_a_parameter_of_the_template() -> None:
    template = build_template().to_dict()
    functions = [
        resource["Properties"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Lambda::Function"
    ]

    assert template["Parameters"]["SnapStart"]["Default"] == "None"
    assert len(functions) == len(FUNCTIONS)
    assert all(f["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}} for f in functions)
