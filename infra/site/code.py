"""Code with colours, by pygments: blocks in documents, and whole files with numbered lines."""

from __future__ import annotations

import html
from typing import Final

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_by_name, get_lexer_for_filename
from pygments.util import ClassNotFound

LIGHT: Final = "friendly"
DARK: Final = "github-dark"


def highlighted(code: str, language: str) -> str:
    """A block of code; without a known language as it is."""
    try:
        lexer = get_lexer_by_name(language) if language else TextLexer()
    except ClassNotFound:
        lexer = TextLexer()
    return f'<pre class="code"><code>{_coloured(code, lexer)}</code></pre>'


def source(text: str, name: str) -> str:
    """A file, each line with a number to link to."""
    try:
        lexer = get_lexer_for_filename(name)
    except ClassNotFound:
        lexer = TextLexer()
    lines = _coloured(text, lexer).split("\n")
    numbered = "\n".join(
        f'<a class="line" id="L{n}" href="#L{n}">{n}</a>{line}' for n, line in enumerate(lines, 1)
    )
    return f'<pre class="code source"><code>{numbered}</code></pre>'


def styles() -> str:
    """The colours, for light and for dark screens."""
    light, dark = (_rules(style) for style in (LIGHT, DARK))
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _rules(style: str) -> str:
    formatter = HtmlFormatter(style=style)
    return str(formatter.get_style_defs(".code"))  # type: ignore[no-untyped-call]


def _coloured(code: str, lexer: Lexer) -> str:
    """Spans never cross lines, so that lines can be told apart."""
    text: str = highlight(code.rstrip("\n") + "\n", lexer, HtmlFormatter(nowrap=True))
    return text.rstrip("\n") if text.strip() else html.escape(code)
