"""What runs elsewhere keeps up with the repository: workflows, hooks and the pull request template.

`make check-workflows` checks their syntax and their security; only what it cannot know is here.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from infra.package.targets import LAMBDA_PYTHON
from tests.docs.documents import ROOT, TARGET
from tests.docs.test_docs import make_targets

GITHUB: Final = ROOT / ".github"
WORKFLOWS: Final = sorted((GITHUB / "workflows").glob("*.yml"))
HOOKS: Final = ROOT / ".pre-commit-config.yaml"
TEMPLATE: Final = GITHUB / "pull_request_template.md"
CALLERS: Final = (*WORKFLOWS, HOOKS, TEMPLATE, ROOT / ".ci" / "run")
MINUTES_MAX: Final = 90


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize("path", CALLERS, ids=lambda path: path.name)
def test_every_make_target_that_is_called_exists(path: Path) -> None:
    called = set(TARGET.findall(path.read_text("utf-8")))

    assert called
    assert called - make_targets() == set()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_may_only_read_and_every_job_has_a_timeout(path: Path) -> None:
    workflow = read(path)

    assert workflow["permissions"] == {"contents": "read"}
    for name, job in workflow["jobs"].items():
        assert "permissions" not in job, name
        assert 0 < job["timeout-minutes"] <= MINUTES_MAX, name


def test_ci_checks_the_oldest_python_that_is_allowed_and_the_one_that_lambda_runs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    checked = read(GITHUB / "workflows" / "ci.yml")["jobs"]["check"]["strategy"]["matrix"]["python"]

    oldest = project["requires-python"].removeprefix(">=")
    assert checked == [oldest, LAMBDA_PYTHON]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_cache_of_packages_is_keyed_by_the_lock_files(path: Path) -> None:
    steps = [step for job in read(path)["jobs"].values() for step in job["steps"]]
    keys = [step["with"]["key"] for step in steps if "actions/cache@" in step.get("uses", "")]

    assert keys
    for key in keys:
        (named,) = re.findall(r"hashFiles\((.*)\)", key)
        for pattern in re.findall(r"'([^']+)'", named):
            assert list(ROOT.glob(pattern)), f"{pattern} names no file"


def test_every_hook_is_a_target_of_make_and_so_needs_no_network() -> None:
    repositories = read(HOOKS)["repos"]

    assert [one["repo"] for one in repositories] == ["local"]
    for hook in repositories[0]["hooks"]:
        assert hook["entry"] == hook["name"], hook["id"]
        assert hook["entry"].removeprefix("make ") in make_targets(), hook["id"]


def test_a_pull_request_names_the_change_of_the_contract_first() -> None:
    first, *_ = re.findall(r"^## (.+)$", TEMPLATE.read_text("utf-8"), re.MULTILINE)

    assert first == "Contract"


def test_the_options_that_the_nightly_run_gives_to_the_simulation_exist() -> None:
    nightly = (GITHUB / "workflows" / "nightly.yml").read_text("utf-8")
    (arguments,) = re.findall(r"make simulate .*ARGS=(.*)", nightly)
    printed = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    options = re.findall(r"--[a-z-]+", arguments)
    assert options
    assert [option for option in options if f"[{option}" not in printed.stdout] == []
