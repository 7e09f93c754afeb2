"""Which file of the repository becomes which page, and how one page names another."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import Final

from infra.generate.spec import ROOT

# Folders whose Markdown is shown, and the folder where the code is.
SHOWN: Final = ("docs", "specs", "handlers", "infra", "tests", "generated/clients")
SOURCE: Final = "source"


def documents() -> list[str]:
    """Every Markdown file that is shown, as a path from the root."""
    found = {path for folder in SHOWN for path in (ROOT / folder).rglob("*.md")}
    found |= set(ROOT.glob("*.md"))
    names = {path.relative_to(ROOT).as_posix() for path in found}
    return sorted(name for name in names if "node_modules" not in name)


def pictures() -> list[str]:
    """Every picture that documents show, as a path from the root."""
    found = (path for kind in ("*.svg", "*.png") for path in (ROOT / "docs").rglob(kind))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def page_of(path: str) -> str:
    """`docs/glossary.md` is at docs/glossary.html; a README is the page of its folder; what is no
    document has a page that shows its source.
    """
    if not path.endswith(".md"):
        return f"{SOURCE}/{path}.html"
    folder, name = posixpath.split(path)
    if name == "README.md":
        return posixpath.join(folder, "index.html")
    return path.removesuffix(".md") + ".html"


def relative(url: str, start: str) -> str:
    """The address of one page as written on another."""
    path, hash_, anchor = url.partition("#")
    return posixpath.relpath(path, posixpath.dirname(start) or ".") + hash_ + anchor


def to_root(url: str) -> str:
    """What stands before an address from the root: nothing, or `../` for each folder."""
    return "../" * url.count("/")


def in_repository(path: str) -> Path:
    return ROOT / path
