"""The documents of the repository as pages of the site, and pages of the code they link to."""

from __future__ import annotations

import posixpath
import re
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.generate.spec import ROOT

# Folders whose Markdown is shown; the Markdown of the root is shown too.
SHOWN: Final = ("docs", "specs", "handlers", "infra", "tests", "generated/clients")
PICTURES: Final = (".svg", ".png")
SOURCE: Final = "source/"
CODE: Final = re.compile(r"(^ *```.*?^ *```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)
DIAGRAM: Final = re.compile(r"^(```mermaid\n.*?^```)$", re.MULTILINE | re.DOTALL)
# Focusable, so that a keyboard scrolls and enlarges it (assets/diagrams.js).
DRAWN: Final = (
    '<div class="diagram" tabindex="0" role="group" aria-label="Diagram" markdown>\n\\1\n</div>'
)
LINK: Final = re.compile(r"(?<=\]\()(?!https?:|mailto:|#)([^)#\s]+)")
LANGUAGES: Final = {".py": "python", ".yaml": "yaml", ".json": "json", ".toml": "toml"}
HIDDEN: Final = "---\nsearch:\n  exclude: true\n---\n\n"
FRONT_MATTER: Final = {
    "README.md": "---\ntitle: Overview\nhide: [toc]\n---\n\n",
    "README.es.md": "---\ntitle: En español\nsearch:\n  exclude: true\n---\n\n",
}


def documents() -> list[str]:
    """Return every Markdown file that the site shows, as a path from the root."""
    found = {path for folder in SHOWN for path in (ROOT / folder).rglob("*.md")}
    found |= set(ROOT.glob("*.md"))
    return sorted(path.relative_to(ROOT).as_posix() for path in found)


def write_documents(out: Path) -> set[str]:
    """Copy the documents and their pictures. Returns the code that they link to."""
    linked: set[str] = set()
    for path in documents():
        text = (ROOT / path).read_text("utf-8")
        linked |= {target for target in _targets(text, path) if page_of(target).startswith(SOURCE)}
        page = DIAGRAM.sub(DRAWN, linked_to_pages(text, path))
        write(out / path, FRONT_MATTER.get(path, "") + page)
    for kind in PICTURES:
        for picture in (ROOT / "docs").rglob(f"*{kind}"):
            target = out / picture.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(picture, target)
    return linked


def write_sources(out: Path, linked: Iterable[str]) -> None:
    """Write a page for each of these files, and one for each folder with a page per file in it.

    What does not exist gets no page, so the build names the link to it.
    """
    for place in filter(Path.exists, (ROOT / path for path in sorted(linked))):
        inside = [place] if place.is_file() else place.iterdir()
        files = [file for file in inside if file == place or file.suffix in LANGUAGES]
        for file in files:
            _write_source(out, file)
        if place.is_dir():
            names = sorted(file.name for file in files)
            rows = "\n".join(f"- [{name}]({name}.md)" for name in names)
            path = place.relative_to(ROOT).as_posix()
            write(out / page_of(path), f"{HIDDEN}# `{path}`\n\n{rows}\n")


def page_of(path: str) -> str:
    """Return the page that shows a path: a document itself, the README of a folder, or the code."""
    if not _is_code(path):
        return path
    readme = f"{path}/README.md"
    if (ROOT / readme).is_file():
        return readme
    return f"{SOURCE}{readme}" if (ROOT / path).is_dir() else f"{SOURCE}{path}.md"


def linked_to_pages(text: str, path: str) -> str:
    """Point the links of the document `path` to pages of the site; code stays as it is."""

    def page(link: re.Match[str]) -> str:
        return relative(page_of(_target(link[1], path)), path)

    parts = CODE.split(text)
    parts[::2] = [LINK.sub(page, prose) for prose in parts[::2]]
    return "".join(parts)


def relative(page: str, start: str) -> str:
    """Return the link to a page as the page `start` writes it."""
    return posixpath.relpath(page, posixpath.dirname(start) or ".")


def write(path: Path, text: str) -> None:
    """Write a file, and the folders it is in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def _write_source(out: Path, file: Path) -> None:
    path = file.relative_to(ROOT).as_posix()
    language = LANGUAGES.get(file.suffix, "text")
    code = file.read_text("utf-8")
    write(
        out / page_of(path),
        f'{HIDDEN}# `{path}`\n\n`````` {{ .{language} linenums="1" }}\n{code}\n``````\n',
    )


def _targets(text: str, path: str) -> set[str]:
    prose = "".join(CODE.split(text)[::2])
    return {_target(link, path) for link in LINK.findall(prose)}


def _target(link: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), link))


def _is_code(path: str) -> bool:
    return not path.endswith((".md", *PICTURES))
