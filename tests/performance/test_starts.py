"""What a cold start loads, and that a snapshot of it may be restored many times."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from infra.template.functions import FUNCTIONS, Function
from tests.builders import ENVIRONMENT

# One worker of pytest-xdist, so that each function is started once.
pytestmark = pytest.mark.xdist_group("starts")

ROOT = Path(__file__).parents[2]
PROBE = "tests.performance.starts.probe"
# Libraries that a start must not load: each takes a part of it, and nothing here needs it.
NEVER = frozenset(
    {
        "aws_lambda_powertools.event_handler",
        "aws_lambda_powertools.utilities.batch",
        "aws_lambda_powertools.utilities.parser",
        "aws_xray_sdk",
        "boto3",
        "pydantic.v1",
        "requests",
        "s3transfer",
    }
)


@cache
def started(function: Function) -> dict[str, list[str]]:
    """Modules loaded, connections opened, and what our code drew or read from a clock."""
    done = subprocess.run(
        [sys.executable, "-m", PROBE, function.handler],
        env={**os.environ, **ENVIRONMENT, "AWS_EC2_METADATA_DISABLED": "true"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def named(function: Function) -> str:
    return function.name


@pytest.mark.parametrize("function", FUNCTIONS, ids=named)
def test_a_start_loads_no_library_that_it_does_not_need(function: Function) -> None:
    assert NEVER.isdisjoint(started(function)["modules"])


@pytest.mark.parametrize("function", FUNCTIONS, ids=named)
def test_a_snapshot_holds_no_id_no_clock_no_random_and_no_connection(function: Function) -> None:
    found = started(function)

    assert found["connections"] == []
    assert found["drawn"] == []


def test_metrics_collector_makes_no_client_before_it_must_park_something() -> None:
    (metrics,) = [f for f in FUNCTIONS if f.name == "metrics-collector-consumer"]

    assert "botocore.session" not in started(metrics)["modules"]


@pytest.mark.parametrize("function", FUNCTIONS, ids=named)
def test_the_collector_runs_again_after_a_start(function: Function) -> None:
    assert started(function)["collector"] == ["on"]
