"""The package as users install it: built, installed elsewhere, imported without this code."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from infra.generate.spec import ROOT

PACKAGE = ROOT / "generated/clients/python"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the package with its own backend, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    build = f"from hatchling.build import build_wheel; print(build_wheel({str(folder)!r}))"
    subprocess.run([sys.executable, "-c", build], cwd=PACKAGE, check=True, stdout=subprocess.PIPE)
    return next(folder.glob("*.whl"))


def test_it_contains_all_modules_and_its_types(wheel: Path) -> None:
    packed = set(zipfile.ZipFile(wheel).namelist())

    modules = {
        f"payments_client/{path.name}" for path in (PACKAGE / "payments_client").glob("*.py")
    }
    assert modules | {"payments_client/py.typed"} <= packed


def test_it_contains_the_licence_that_it_declares(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        name = next(n for n in packed.namelist() if n.endswith(".dist-info/licenses/LICENSE"))
        assert packed.read(name) == (ROOT / "LICENSE").read_bytes()


def test_it_works_without_this_repository(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import sys, payments_client as p; p.PaymentsClient('http://127.0.0.1:9'); "
        "assert not {m.partition('.')[0] for m in sys.modules} & {'generated', 'handlers', 'infra'}"
    )

    subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        check=True,
    )
