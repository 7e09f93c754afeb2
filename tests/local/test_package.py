"""Lambda packages: what they carry, and that the same input always makes the same bytes."""

import os
import zipfile
from pathlib import Path

import pytest

from infra.package import targets
from infra.package.archive import extend, write_tree
from infra.package.sources import source_files
from infra.package.targets import PackageError, find_interpreter


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_a_package_carries_what_its_service_imports_and_nothing_of_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "handlers/__init__.py": "",
            "handlers/core/money.py": "",
            "handlers/wallet_service/consumer.py": "from generated.services import wallet",
            "handlers/error_handler/consumer.py": "from generated.services import errors",
            "generated/__init__.py": "",
            "generated/common.py": "",
            "generated/services/__init__.py": "",
            "generated/services/wallet.py": "import generated.common",
            "generated/services/errors.py": "",
        },
    )

    files = {str(file.relative_to(tmp_path)) for file in source_files(tmp_path, "wallet-service")}

    assert files == {
        "handlers/__init__.py",
        "handlers/core/money.py",
        "handlers/wallet_service/consumer.py",
        "generated/__init__.py",
        "generated/common.py",
        "generated/services/__init__.py",
        "generated/services/wallet.py",
    }


def test_a_zip_does_not_depend_on_when_its_files_were_written(tmp_path: Path) -> None:
    write(tmp_path, {"tree/b.py": "b", "tree/a/c.py": "c"})
    write_tree(tmp_path / "tree", tmp_path / "first.zip")
    os.utime(tmp_path / "tree/b.py", (1, 1))

    write_tree(tmp_path / "tree", tmp_path / "second.zip")

    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_our_code_is_added_to_the_dependencies(tmp_path: Path) -> None:
    write(tmp_path, {"theirs/boto3.py": "", "ours/handlers/api.py": ""})
    write_tree(tmp_path / "theirs", tmp_path / "dependencies.zip")

    extend(tmp_path / "dependencies.zip", tmp_path / "ours", tmp_path / "package.zip")

    with zipfile.ZipFile(tmp_path / "package.zip") as package:
        assert package.namelist() == ["boto3.py", "handlers/api.py"]


def test_without_the_python_of_lambda_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_candidates", lambda _version: iter([Path("/does/not/exist")]))

    with pytest.raises(PackageError, match=r"uv python install 3\.13"):
        find_interpreter("3.13")
