"""Prose and names avoid the phrases in phrases.py: documents, comments, docstrings, messages."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.docs.documents import CODE, ROOT, Document
from tests.docs.phrases import BANNED_IN_NAMES, found_in

# Folders and files whose prose is checked: all but released contracts and generated documents.
SCOPE: Final = (
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    ".github",
    ":(glob)docs/*.md",
    "docs/architecture",
    "docs/decisions",
    "docs/events",
    "docs/how-to",
    "docs/runbooks",
    "Makefile",
    "handlers",
    "infra",
    "pyproject.toml",
    "specs/README.md",
    ":(glob)specs/*.yaml",
    "specs/schemas",
    "tests",
)
# They contain the phrases on purpose, or are the texts of others.
EXCEPT: Final = frozenset(
    {"tests/docs/phrases.py", "tests/docs/test_english.py", "tests/corpora/data/README.md"}
)
WORD: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
COMMENTED: Final = frozenset({".yml", ".yaml", ".toml", ".sh", ""})  # after `#`


def tracked(*places: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--", *places], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


def prose(path: Path) -> Iterator[str]:
    """Yield the sentences of a file that people read."""
    if path.suffix == ".md":
        yield CODE.sub("code", Document(path).prose)
    elif path.suffix == ".py":
        text = path.read_text("utf-8")
        yield from comments(text)
        yield from sentences(text)
    elif path.suffix in COMMENTED:
        lines = path.read_text("utf-8").splitlines()
        yield "\n".join(line.partition("#")[2] for line in lines)


def comments(text: str) -> Iterator[str]:
    """Yield the comments of a Python file; consecutive lines are one comment."""
    block: list[str] = []
    last = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            line = token.start[0]
            if block and line != last + 1:
                yield "\n".join(block)
                block = []
            block.append(token.string.lstrip("# "))
            last = line
    yield "\n".join(block)


def sentences(text: str) -> Iterator[str]:
    """Yield docstrings and messages: each text of a Python file that contains a space."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.value


def names(text: str) -> Iterator[str]:
    """Yield what a Python file gives a name to, split into words in lower case."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield as_words(node.name)
        elif isinstance(node, ast.arg):
            yield as_words(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield as_words(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield as_words(node.attr)


def as_words(name: str) -> str:
    return " ".join(WORD.findall(name)).lower()


def checked() -> list[str]:
    return [path for path in tracked(*SCOPE) if path not in EXCEPT]


@pytest.mark.parametrize("path", checked())
def test_prose_has_none_of_the_banned_phrases(path: str) -> None:
    found = [hit for text in prose(ROOT / path) for hit in found_in(text)]

    assert found == []


@pytest.mark.parametrize("path", [path for path in checked() if path.endswith(".py")])
def test_names_have_none_of_the_banned_phrases(path: str) -> None:
    given = names((ROOT / path).read_text("utf-8"))

    assert [hit for name in given for hit in found_in(name, BANNED_IN_NAMES)] == []


def test_a_phrase_is_found_in_a_name() -> None:
    program = "def test_it_comes_again(said): pass\nclass Weather: a_letter = 1\ndead_letter = 2"

    found = [hit for name in names(program) for hit in found_in(name, BANNED_IN_NAMES)]

    assert len(found) == 4


def test_a_phrase_is_found_in_a_document_across_the_end_of_a_line(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nThe queue recovers by\nitself, and `mend` is code.\n")

    (text,) = prose(page)

    assert [hit.partition("[")[2].partition("]")[0] for hit in found_in(text)] == ["by itself"]


def test_a_phrase_is_found_in_a_comment_a_docstring_and_a_message_of_python(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('"""Mend it."""\nmend = "mend"  # Try once more.\nraise E("no whoever")\n')

    found = [hit for text in prose(module) for hit in found_in(text)]

    assert len(found) == 3


def test_every_place_of_the_scope_exists() -> None:
    for place in SCOPE:
        assert tracked(place), f"{place} contains no tracked file"
