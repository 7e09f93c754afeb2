"""Serves the simulated gateway on a port of this machine."""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

import uvicorn
from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

from infra.local.simulator import app, control
from infra.local.simulator.app import Options, Simulator
from infra.local.simulator.ledger import Ledger

HOST: Final = "127.0.0.1"
STOP_S: Final = 1  # how long requests that are held may delay a stop


class _Connections:
    """Open connections by the client's address, so that one can be cut off without an answer."""

    def __init__(self) -> None:
        self._transports: dict[object, asyncio.Transport] = {}

    def protocol(self) -> type[H11Protocol]:
        transports = self._transports

        class Remembered(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                transports.pop(self.client, None)
                super().connection_lost(exc)

        return Remembered

    def drop(self, request: Request) -> None:
        assert request.client is not None
        self._transports[tuple(request.client)].abort()


class SimulatorServer(uvicorn.Server):
    """Calls `on_ready` with its address as soon as it answers."""

    def __init__(self, options: Options, on_ready: Callable[[str], None]) -> None:
        self.ledger = Ledger(options.state_dir)
        connections = _Connections()
        self.simulator = Simulator(options, self.ledger, connections.drop)
        paths = [*app.routes(self.simulator), *control.routes(control.Control(self.simulator))]
        config = uvicorn.Config(
            app.application(paths),
            http=connections.protocol(),
            lifespan="off",
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=STOP_S,
        )
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        self._on_ready(f"http://{HOST}:{sockets[0].getsockname()[1]}")

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self.simulator.holds.release()
        await super().shutdown(sockets)
        self.ledger.close()


def listen(port: int) -> socket.socket:
    """Raises OSError when the port is taken. 0 takes a free one."""
    # Only with the protocol named does asyncio turn Nagle's algorithm off: 40 ms for each answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    return listener
