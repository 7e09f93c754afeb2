"""The edits that a how-to page shows as diffs, applied to the files that they name.

Each line with a space is found below the one before it. Added lines follow it; those after `@@`
come before the next line that is found. So a diff stays valid while other lines change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.contracts.documents import ASYNCAPI, OPENAPI, read
from infra.contracts.gate import version_of
from tests.docs.documents import Document


@dataclass(frozen=True, slots=True)
class Edit:
    """What a diff of a page does to one file."""

    path: str
    lines: tuple[str, ...]

    def of(self, text: str) -> str:
        """Return the text after the edit. Raises ValueError for a line that it does not have."""
        found = text.split("\n") if text else []
        at, before = 0, False
        pending: list[str] = []
        for line in self.lines:
            kind, rest = line[:1], line[1:]
            if kind == "@":
                before = True
            elif kind == "+" and before:
                pending.append(rest)
            elif kind == "+":
                found.insert(at, rest)
                at += 1
            else:
                at = self._place(found, rest, at)
                found[at:at] = pending
                at += len(pending)
                pending, before = [], False
                if kind == "-":
                    del found[at]
                else:
                    at += 1
        return "\n".join(found)

    def _place(self, lines: list[str], line: str, start: int) -> int:
        try:
            return lines.index(line, start)
        except ValueError:
            raise ValueError(f"{self.path} no longer has {line!r}: adapt the page") from None

    def apply(self, root: Path) -> None:
        file = root / self.path
        file.parent.mkdir(parents=True, exist_ok=True)
        before = file.read_text("utf-8") if file.exists() else ""
        file.write_text(self.of(before) if before else f"{self.of('')}\n", "utf-8")


def edits(page: Document) -> Iterator[Edit]:
    """The diffs of a page, in its order."""
    for block in page.blocks:
        if block.language == "diff":
            _, new, *lines = block.text.splitlines()
            yield Edit(new.removeprefix("+++ b/"), tuple(lines))


def next_minor() -> str:
    """The version that the pages ask for after an addition."""
    major, minor, _ = version_of(read()).split(".")
    return f"{major}.{int(minor) + 1}.0"


def raise_version(tree: Path) -> None:
    """Raise both documents to the next minor version."""
    version = version_of(read())
    for name in (ASYNCAPI, OPENAPI):
        file = tree / "specs" / name
        text = file.read_text("utf-8")
        raised = text.replace(f"  version: {version}\n", f"  version: {next_minor()}\n")
        file.write_text(raised, "utf-8")
