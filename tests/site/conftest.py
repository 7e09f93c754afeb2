"""The site, built once and served as `make run` serves it, with an API that records requests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from infra.local import proxy
from infra.local.processes import free_port
from infra.site.build import build


@dataclass(frozen=True, slots=True)
class Built:
    """`requests` are those that reached the API, as method and path."""

    folder: Path
    url: str
    requests: list[str] = field(default_factory=list)

    @property
    def pages(self) -> list[str]:
        found = self.folder.rglob("*.html")
        return sorted(path.relative_to(self.folder).as_posix() for path in found)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("built") / "site"
    build(folder)
    requests: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), _recording(requests)) as api:
        thread = threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(proxy, "SITE", folder)
            port = free_port()
            server = proxy.Proxy(f"http://127.0.0.1:{api.server_port}/stage", port)
            server.start()
            try:
                yield Built(folder, f"http://127.0.0.1:{port}/docs/", requests)
            finally:
                server.stop()
                api.shutdown()
                thread.join()


def _recording(requests: list[str]) -> type[BaseHTTPRequestHandler]:
    class Api(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(f"GET {self.path}")
            body = b'{"status":"ok"}'
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Print nothing."""

    return Api
