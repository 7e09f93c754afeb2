"""A Lambda Runtime API that tells when a function is ready, and never sends it an event."""

from __future__ import annotations

import socket
import threading
import time
from types import TracebackType
from typing import Final, Self

NEXT: Final = b"GET /2018-06-01/runtime/invocation/next "
REQUEST_BYTES: Final = 65_536
ACCEPTED: Final = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class RuntimeApi:
    """Serves one start on a free port of 127.0.0.1."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._answered = threading.Event()
        self._asking: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.ready_at_s: float | None = None
        self.failure: str | None = None

    @property
    def address(self) -> str:
        """For AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _e: BaseException | None, _t: TracebackType | None
    ) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()
        for connection in self._asking:
            connection.close()

    def wait(self, timeout_s: float) -> float:
        """When the function asked for its first event. Raises RuntimeError when it does not."""
        if not self._answered.wait(timeout_s) or self.ready_at_s is None:
            raise RuntimeError(self.failure or f"no function was ready within {timeout_s} s")
        return self.ready_at_s

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # closed
                return
            request = connection.recv(REQUEST_BYTES)
            if request.startswith(NEXT):
                self.ready_at_s = time.perf_counter()
                self._asking.append(connection)  # left without an answer: the function waits
                self._answered.set()
                continue
            self._refuse(connection, request)

    def _refuse(self, connection: socket.socket, request: bytes) -> None:
        """Anything else is an error that the function reports; keep what it says."""
        body = request.partition(b"\r\n\r\n")[2] or connection.recv(REQUEST_BYTES)
        self.failure = f"the function did not start: {body.decode(errors='replace')}"
        connection.sendall(ACCEPTED)
        connection.close()
        self._answered.set()
