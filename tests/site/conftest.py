"""The site, built once, and served by a server of its own that remembers what was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.local import proxy
from infra.local.processes import free_port
from infra.site import build
from infra.site.assets import MODULES, PROGRAMS


@dataclass(frozen=True, slots=True)
class Built:
    folder: Path
    url: str

    @property
    def pages(self) -> list[str]:
        found = self.folder.rglob("*.html")
        return sorted(path.relative_to(self.folder).as_posix() for path in found)


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Node's packages, or stand-ins for them: most tests look at what is written, not drawn."""
    if all((MODULES / place).is_file() for place in PROGRAMS.values()):
        return MODULES
    folder = tmp_path_factory.mktemp("node_modules")
    for place in PROGRAMS.values():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text("// not installed\n")
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, modules: Path) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("built") / "site"
    build.build(folder, modules)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield Built(folder, f"http://127.0.0.1:{server.server_port}/")
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def behind_the_proxy(site: Built, monkeypatch: pytest.MonkeyPatch) -> Iterator[Built]:
    """The same site where `make run` serves it."""
    monkeypatch.setattr(proxy, "SITE", site.folder)
    server = proxy.Proxy(f"http://127.0.0.1:{free_port()}/stage", port := free_port())
    server.start()
    yield Built(site.folder, f"http://127.0.0.1:{port}/docs/")
    server.stop()
