"""The documents of the repository, read as GitHub shows them: links, anchors, headings, code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PLACES: Final = ("docs", "specs", "handlers", "infra", "tests", "generated")

FENCE: Final = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
COMMENT: Final = re.compile(r"<!--.*?-->", re.DOTALL)
CODE: Final = re.compile(r"`([^`\n]+)`")
LINK: Final = re.compile(r"\]\(([^)\s]+)\)")
HEADING: Final = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
TARGET: Final = re.compile(r"\bmake (?:-[a-z]+ )*([a-z][a-z-]*)(?![a-z<=/])")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code."""

    language: str
    text: str


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path

    def __str__(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @cached_property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @cached_property
    def prose(self) -> str:
        """The text without blocks of code."""
        return COMMENT.sub("", FENCE.sub("", self.text))

    @property
    def blocks(self) -> list[Block]:
        return [Block(found[2], found[3]) for found in FENCE.finditer(self.text)]

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Level and text of each."""
        return [(len(found[1]), found[2]) for found in HEADING.finditer(self.prose)]

    @property
    def code(self) -> list[str]:
        """The inline code of the prose."""
        return CODE.findall(self.prose)

    @property
    def links(self) -> list[str]:
        """The targets of all links, except those inside inline code."""
        return LINK.findall(CODE.sub("`code`", self.prose))

    @cached_property
    def anchors(self) -> set[str]:
        """The anchors of the headings; a repeated heading gets a number."""
        made: dict[str, int] = {}
        return {_numbered(_anchor(text), made) for _, text in self.headings}

    @property
    def make_targets(self) -> set[str]:
        """The make targets that code in this document mentions."""
        shown = [block.text for block in self.blocks if block.language in ("", "sh", "text")]
        return {target for code in (*self.code, *shown) for target in TARGET.findall(code)}


def _anchor(heading: str) -> str:
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def _numbered(anchor: str, made: dict[str, int]) -> str:
    count = made.get(anchor, 0)
    made[anchor] = count + 1
    return f"{anchor}-{count}" if count else anchor


def documents() -> list[Document]:
    """Every Markdown file of this repository."""
    return [Document(path) for path in sorted(_paths())]


def _paths() -> Iterator[Path]:
    yield from ROOT.glob("*.md")
    for place in PLACES:
        for path in (ROOT / place).rglob("*.md"):
            if "node_modules" not in path.parts:
                yield path
