"""What the pages load: two programs from npm, our style, our script, the search index."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.generate.spec import ROOT
from infra.site.code import styles
from infra.site.errors import SiteError

# Where make installs Node's packages; NODE_MODULES names another place.
MODULES: Final = Path(os.environ.get("NODE_MODULES", ROOT / ".node/node_modules"))
PROGRAMS: Final = {
    "redoc.js": "redoc/bundles/redoc.standalone.js",
    "mermaid.js": "mermaid/dist/mermaid.min.js",
}
OWN: Final = Path(__file__).parent / "assets"
# Redoc's signature brings a picture from its maker's server; the site brings nothing from anywhere.
FOREIGN_PICTURE: Final = "https://cdn.redoc.ly/redoc/logo-mini.svg"


def check(modules: Path) -> None:
    """Raises SiteError when a program is not installed."""
    for place in PROGRAMS.values():
        if not (modules / place).is_file():
            where = f"{modules / place} is not there"
            raise SiteError(f"{where}. Mend: make setup (it installs Node's packages)")


def write(out: Path, modules: Path, index: Sequence[object]) -> None:
    """Everything below assets/."""
    folder = out / "assets"
    folder.mkdir(parents=True)
    for name, place in PROGRAMS.items():
        text = (modules / place).read_text("utf-8").replace(FOREIGN_PICTURE, "data:,")
        (folder / name).write_text(text, "utf-8")
    for path in OWN.iterdir():
        shutil.copyfile(path, folder / path.name)
    (folder / "code.css").write_text(styles(), "utf-8")
    # A script and not data, so that the pages also work when opened as files.
    (folder / "index.js").write_text(f"window.INDEX = {json.dumps(index)};\n", "utf-8")
