"""The pages that are made from the contracts, by the templates beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - they are Markdown, of our own contracts
    trim_blocks=True,
    lstrip_blocks=True,
)


def rendered(template: str, **content: Any) -> str:
    return TEMPLATES.get_template(f"{template}.jinja").render(**content)
