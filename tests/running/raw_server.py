"""A server that answers with any bytes, also with such as no server should send."""

from __future__ import annotations

import contextlib
import json
import re
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

DRIP_S = 0.02

Answer = bytes | Sequence[bytes]  # a sequence drips


class RawServer(socketserver.ThreadingTCPServer):
    """Answers the requests in order; the last answer repeats."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, answers: Sequence[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.connections = 0
        self.requests: list[bytes] = []
        self.stopped = threading.Event()
        self._answers = answers
        self._lock = threading.Lock()

    def opened(self) -> None:
        with self._lock:
            self.connections += 1

    def take(self, request: bytes) -> Answer:
        with self._lock:
            answer = self._answers[min(len(self.requests), len(self._answers) - 1)]
            self.requests.append(request)
        return answer


class _Connection(socketserver.StreamRequestHandler):
    server: RawServer

    def handle(self) -> None:
        self.server.opened()
        while (request := self._request()) and self._answer(self.server.take(request)):
            pass

    def _request(self) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (line := self.rfile.readline()):
                return b""
            head += line
        length = re.search(rb"content-length: *(\d+)", head.lower())
        return head + (self.rfile.read(int(length[1])) if length else b"")

    def _answer(self, answer: Answer) -> bool:
        """Return whether the connection goes on."""
        with contextlib.suppress(OSError):  # the client has gone, as the test wants
            if isinstance(answer, bytes):
                self.wfile.write(answer)
                return b"connection: close" not in answer
            for part in answer:
                self.wfile.write(part)
                if self.server.stopped.wait(DRIP_S):
                    break
        return False


@contextmanager
def raw_server(*answers: Answer) -> Iterator[RawServer]:
    """Serve with threads of this process."""
    with RawServer(answers) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.stopped.set()
            server.shutdown()
            thread.join(20)


def http(status: int, document: Any, media_type: str = "application/json", more: str = "") -> bytes:
    """Return the bytes of an answer; `more` are further header lines."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    head = f"HTTP/1.1 {status} X\r\ncontent-type: {media_type}\r\n{more}"
    head += f"content-length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


def problem(status: int, slug: str) -> bytes:
    document = {
        "type": f"urn:problem-type:gateway:{slug}",
        "title": "t",
        "status": status,
        "detail": "d",
    }
    return http(status, document, "application/problem+json")


def approved(key: str = "pay_1") -> dict[str, Any]:
    return {
        "status": "approved",
        "idempotency_key": key,
        "charge_id": "ch_1",
        "amount": {"value": 12_550, "currency": "USD"},
        "created_at": "2026-03-01T12:00:00.000Z",
    }


NOT_FOUND = problem(404, "charge-not-found")
DOWN = problem(503, "unavailable")
