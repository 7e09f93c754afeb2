"""Zips that are the same whenever they are made: sorted entries, fixed dates, fixed permissions."""

import shutil
import zipfile
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644 << 16
COMPRESSION_LEVEL = 6


def write_tree(tree: Path, archive: Path) -> None:
    """Make `archive` hold the files under `tree`."""
    partial = archive.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w") as zipped:
        _add_tree(zipped, tree)
    partial.replace(archive)


def extend(archive: Path, tree: Path, into: Path) -> None:
    """Make `into` hold the entries of `archive`, compressed already, and the files of `tree`."""
    partial = into.with_suffix(".partial")
    shutil.copyfile(archive, partial)
    with zipfile.ZipFile(partial, "a") as zipped:
        _add_tree(zipped, tree)
    partial.replace(into)


def _add_tree(zipped: zipfile.ZipFile, tree: Path) -> None:
    for file in sorted(path for path in tree.rglob("*") if path.is_file()):
        entry = zipfile.ZipInfo(str(file.relative_to(tree)), EPOCH)
        entry.external_attr = FILE_MODE
        entry.compress_type = zipfile.ZIP_DEFLATED
        zipped.writestr(entry, file.read_bytes(), compresslevel=COMPRESSION_LEVEL)
