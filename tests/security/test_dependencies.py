"""What is installed is what was locked, byte for byte, and comes from where the ordinary clients
look.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

from infra.sbom import SbomError, checked

ROOT: Final = Path(__file__).parents[2]
LOCKS: Final = sorted((ROOT / "infra" / "requirements").glob("*.txt"))
REQUIREMENT: Final = re.compile(r"^[A-Za-z0-9._-]+(\[[a-z,]+])?==\S+( ; .+?)?$")
HASH: Final = re.compile(r"^--hash=sha256:[0-9a-f]{64}$")


def requirements(lock: Path) -> list[tuple[str, list[str]]]:
    """Each requirement of a lock with its options."""
    text = lock.read_text().replace("\\\n", "\n")
    made: list[tuple[str, list[str]]] = []
    for line in (line.strip() for line in text.splitlines()):
        if line.startswith("--"):
            made[-1][1].append(line)
        elif line and not line.startswith("#"):
            made.append((line, []))
    return made


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_python_package_is_pinned_by_version_and_hash(lock: Path) -> None:
    found = requirements(lock)

    assert found
    for requirement, options in found:
        assert REQUIREMENT.match(requirement), requirement
        assert options, f"{requirement} has no hash"
        assert all(HASH.match(option) for option in options), requirement


def test_every_node_package_is_pinned_by_version_and_hash() -> None:
    lock = json.loads((ROOT / "infra" / "requirements" / "node" / "package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}

    assert packages
    for name, one in packages.items():
        assert re.match(r"\d+\.\d+\.\d+", one["version"]), name
        assert one["integrity"].startswith("sha512-"), name
        assert "resolved" not in one, name


def test_pip_and_uv_are_required_to_check_the_hashes() -> None:
    installer = (ROOT / "infra" / "requirements" / "install.py").read_text()

    assert installer.count("--require-hashes") == 2


def test_a_bill_of_materials_that_lacks_a_hash_is_refused() -> None:
    lock = "one==1.0 \\\n    --hash=sha256:00\ntwo==2.0 \\\n    --hash=sha256:11\n"
    hashed = {"externalReferences": [{"hashes": [{"alg": "SHA-256", "content": "00"}]}]}
    bare = {"name": "two", "externalReferences": [{"url": "somewhere"}]}

    with pytest.raises(SbomError, match="two"):
        checked(lock, {"components": [{"name": "one", **hashed}, bare]})

    assert checked(lock, {"components": [{"name": "one", **hashed}, bare | hashed]}) == 2
