"""An external gateway that approves every charge and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.builders import NOW


class Approving(ThreadingHTTPServer):
    """`asked` holds method, path and document of each request that carried one."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Charge)
        self.asked: list[tuple[str, str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Charge(BaseHTTPRequestHandler):
    server: Approving

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append(("POST", self.path, document))
        charge = {
            "status": "approved",
            "idempotency_key": self.headers["Idempotency-Key"],
            "charge_id": "ch_1",
            "amount": document["amount"],
            "created_at": NOW,
        }
        body = json.dumps(charge).encode()
        self.send_response(201)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: pytest shows the test's own words."""


@contextmanager
def approving() -> Iterator[Approving]:
    """Serve it in a thread of this process."""
    with Approving() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(20)
