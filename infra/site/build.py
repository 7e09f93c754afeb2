"""Build the site: write its Markdown, let Zensical make the pages, and put them in place."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from infra.generate.events import read_catalogue
from infra.generate.spec import ROOT
from infra.site.documents import write, write_documents, write_sources
from infra.site.events import write_events
from infra.site.reference import write_references
from infra.site.rendering import rendered

HERE: Final = Path(__file__).parent
ZENSICAL: Final = Path(sys.executable).parent / "zensical"
# Where make installs Node's packages; NODE_MODULES names another place.
MODULES: Final = Path(os.environ.get("NODE_MODULES", ROOT / ".node/node_modules"))
PROGRAMS: Final = {
    "scalar.js": "@scalar/api-reference/dist/browser/standalone.js",
    "mermaid.js": "mermaid/dist/mermaid.min.js",
    "iframe-worker.js": "iframe-worker/shim/index.js",
}


class SiteError(Exception):
    """The site cannot be built: what is missing or wrong."""


def build(out: Path, modules: Path = MODULES) -> int:
    """Build into `out`, which is replaced when all went well. Returns the number of pages."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".site-") as scratch:
        project = Path(scratch)
        write_pages(project / "pages")
        _copy_assets(project / "pages/assets", modules)
        shutil.copytree(HERE / "theme", project / "theme")
        shutil.copyfile(HERE / "zensical.toml", project / "zensical.toml")
        run_zensical(project)
        shutil.rmtree(out, ignore_errors=True)
        (project / "site").rename(out)
    return sum(1 for _ in out.rglob("*.html"))


def write_pages(pages: Path) -> None:
    """Write the Markdown of every page. Raises SpecError where a contract breaks a convention."""
    linked = write_documents(pages) | write_events(pages, read_catalogue())
    write_sources(pages, linked)
    write_references(pages)
    write(pages / "SUMMARY.md", rendered("navigation.md"))


def _copy_assets(folder: Path, modules: Path) -> None:
    shutil.copytree(HERE / "assets", folder)
    for name, place in PROGRAMS.items():
        if not (modules / place).is_file():
            raise SiteError(f"{modules / place} is missing. Install Node's packages: make setup")
        shutil.copyfile(modules / place, folder / name)


def run_zensical(project: Path) -> None:
    """Make the pages of `project`. Raises SiteError, also for a link that leads nowhere."""
    done = subprocess.run(
        [ZENSICAL, "build", "--strict", "--config-file", project / "zensical.toml"],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1"},
        check=False,
    )
    if done.returncode:
        raise SiteError(f"Zensical cannot build the site:\n{done.stdout}{done.stderr}")
