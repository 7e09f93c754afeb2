"""A short run of schemathesis against the real API on a local stack; `make fuzz` is longer."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from typing import Any, Final

import pytest

from infra.contracts.documents import ROOT
from infra.contracts.fuzz import CONFIG

SHORT: Final = ("--max-examples", "6", "--seed", "1")


def configuration() -> dict[str, Any]:
    return tomllib.loads(CONFIG.read_text("utf-8"))


def test_every_phase_and_every_check_is_on_but_the_one_that_says_why() -> None:
    config = configuration()

    phases = config["phases"]
    assert {name for name, phase in phases.items() if phase["enabled"]} == {
        *("examples", "coverage", "fuzzing", "stateful")
    }
    checks = dict(config["checks"])
    assert checks.pop("enabled") is True
    assert checks == {"unsupported_method": {"enabled": False}}
    assert config["generation"]["mode"] == "all"


def test_neither_of_two_users_may_see_what_the_other_owns() -> None:
    assert configuration()["auth"]["wfc"]["peers"] == ["alice", "bob"]


@pytest.mark.timeout(240)
@pytest.mark.xdist_group("fuzz")
def test_the_api_keeps_its_contract_whatever_it_is_sent() -> None:
    # In a process of its own, without what other tests put into the environment.
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-m", "infra.contracts", "fuzz", *SHORT],
        cwd=ROOT,
        env={**own, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
