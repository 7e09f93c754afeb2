"""Markdown as GitHub shows it: heading anchors, tables, diagrams, links between documents."""

from __future__ import annotations

import html
import itertools
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.token import Token

from infra.site.code import highlighted
from infra.site.errors import SiteError
from infra.site.places import in_repository, page_of, relative

EXTERNAL: Final = ("http://", "https://", "mailto:")


@dataclass(frozen=True, slots=True)
class Heading:
    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document as HTML. `files` are the files and folders that it links to, from the root."""

    title: str
    html: str
    headings: tuple[Heading, ...]
    text: str
    files: frozenset[str]


def render(text: str, path: str) -> Rendered:
    """Raises SiteError for a link that leads nowhere. `path` is the document's, from the root."""
    parser = MarkdownIt("commonmark", {"html": True, "highlight": _fence})
    parser.enable(["table", "strikethrough"])
    parser.add_render_rule("table_open", lambda *_: '<div class="table"><table>\n')
    parser.add_render_rule("table_close", lambda *_: "</table></div>\n")
    tokens = parser.parse(text)
    headings = tuple(_anchored(tokens))
    files = frozenset(_linked(tokens, path))
    title = next((h.text for h in headings if h.level == 1), posixpath.basename(path))
    body = parser.renderer.render(tokens, parser.options, {})
    return Rendered(title, body, headings, _text(tokens), files)


def inline(text: str) -> str:
    """One line of text, as contracts have them in descriptions."""
    return str(MarkdownIt("commonmark", {"html": False}).renderInline(text))


def _fence(code: str, language: str, _attributes: str) -> str:
    if language == "mermaid":
        return f'<pre class="mermaid">{html.escape(code)}</pre>'
    return highlighted(code, language)


def _anchored(tokens: Sequence[Token]) -> Iterator[Heading]:
    """Gives each heading GitHub's anchor; a repeated one gets a number."""
    made: dict[str, int] = {}
    for opening, inline in itertools.pairwise(tokens):
        if opening.type != "heading_open":
            continue
        words = "".join(t.content for t in inline.children or () if t.type in _WORDS)
        anchor = re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-")
        count = made[anchor] = made.get(anchor, -1) + 1
        anchor = f"{anchor}-{count}" if count else anchor
        opening.attrSet("id", anchor)
        yield Heading(int(opening.tag[1]), words, anchor)


_WORDS: Final = ("text", "code_inline")


def _linked(tokens: Sequence[Token], path: str) -> Iterator[str]:
    """Points each link at a page of the site."""
    for link in _links(tokens):
        href = unquote(str(link.attrGet("href")))
        if href.startswith(EXTERNAL):
            link.attrSet("rel", "noreferrer")
            continue
        name, hash_, anchor = href.partition("#")
        if not name:
            continue
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        target = _document(target)
        link.attrSet("href", relative(page_of(target) + hash_ + anchor, page_of(path)))
        if not target.endswith(".md"):
            yield target
        if not in_repository(target).exists():
            raise SiteError(f"{path} links to {href}, which is not there")


def _document(target: str) -> str:
    """A folder stands for its README, as on GitHub."""
    readme = posixpath.join(target, "README.md")
    return readme if in_repository(readme).is_file() else target


def _links(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                yield child


def _text(tokens: Sequence[Token]) -> str:
    """All words, for the search."""
    inline = [t for token in tokens for t in token.children or ()]
    return " ".join(t.content for t in inline if t.type in _WORDS and t.content.strip())
