"""The clean base URL: everything under /v1 goes to the API, /docs shows the documentation site."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from infra.generate.bundle import bundled
from infra.local.processes import POLL_S, LocalError

# The API's functions have few processes here: more calls at a time would only queue further in.
CALLS_MAX = 8
UPSTREAM_TIMEOUT_S = 35.0
START_TIMEOUT_S = 10.0
HOP_BY_HOP = frozenset(
    {
        *(b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"),
        *(b"te", b"trailer", b"transfer-encoding", b"upgrade"),
    }
)
# Either end writes these itself; httpx has decoded the body.
OWN = HOP_BY_HOP | {b"host", b"content-length", b"content-encoding", b"date", b"server"}
ROOT = Path(__file__).resolve().parents[2]
CONTRACT = "openapi.yaml"
OTHERS = ("asyncapi.yaml", "gateway.openapi.yaml")
SITE = ROOT / "build" / "site"  # what `make docs` builds
# The site loads nothing from another server, whatever its libraries would like to.
POLICY = "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Payments API</title>
<meta http-equiv="refresh" content="5"><h1>Payments API</h1>
<p>The site is not built yet: <code>make run</code> builds it in the background,
<code>make docs</code> in the foreground. This page reloads until then.
The contract: <a href="/docs/openapi.json">openapi.json</a>.</p></html>"""


class Forward:
    """Sends each request on as it is, byte for byte, and its answer back."""

    def __init__(self, upstream: str) -> None:
        """`upstream` is the URL of the stage, without a slash at its end."""
        self._upstream = httpx.URL(upstream)
        self._calls = asyncio.Semaphore(CALLS_MAX)
        self._client = httpx.AsyncClient(
            timeout=UPSTREAM_TIMEOUT_S,
            # A proxy that the environment names must never see traffic of this machine.
            trust_env=False,
            limits=httpx.Limits(max_connections=CALLS_MAX),
        )

    @asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Close the connections at the end."""
        async with self._client:
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        try:
            async with self._calls:
                answer = await self._client.request(
                    request.method,
                    self._upstream,
                    headers=[item for item in request.headers.raw if item[0] not in OWN],
                    content=body,
                    extensions={"target": self._target(scope)},
                )
            response = _response(answer)
        except httpx.TimeoutException:
            response = _problem(504, "timeout", "The API did not answer in time")
        except httpx.TransportError:
            response = _problem(503, "temporarily-unavailable", "The API does not answer")
        await response(scope, receive, send)

    def _target(self, scope: Scope) -> bytes:
        path: bytes = scope["raw_path"]
        query: bytes = scope["query_string"]
        target = self._upstream.raw_path + path.removeprefix(b"/v1")
        return target + b"?" + query if query else target


def application(upstream: str) -> Starlette:
    """Forwards /v1/... to the upstream URL of the same stage."""
    forward = Forward(upstream)
    api = Mount("/v1", forward)
    # Otherwise the pattern for any path ends at a line break, and the path would be unknown.
    api.path_regex = re.compile(api.path_regex.pattern, re.DOTALL)
    routes = [
        Route("/docs", _docs),
        Route("/docs/openapi.json", _openapi),
        Route("/docs/api/openapi.json", _openapi),
        *(Route(f"/docs/{Path(name).stem}.json", _bundle(name)) for name in OTHERS),
        Mount("/docs", _site),
        api,
    ]
    return Starlette(routes=routes, lifespan=forward.lifespan)


def _response(answer: httpx.Response) -> Response:
    response = Response(answer.content, answer.status_code)
    own = [item for item in response.raw_headers if item[0] == b"content-length"]
    theirs = [(name.lower(), value) for name, value in answer.headers.raw]
    response.raw_headers = own + [item for item in theirs if item[0] not in OWN]
    return response


def _problem(status: int, slug: str, title: str) -> Response:
    body = {"type": f"urn:problem-type:payments:{slug}", "title": title, "status": status}
    return JSONResponse(
        {**body, "detail": "See .local/log/ministack.log, then try again."},
        status,
        media_type="application/problem+json",
    )


def _openapi(request: Request) -> Response:
    """The contract, which names this very server."""
    server = {"url": f"{request.base_url}v1", "description": "The running system."}
    return JSONResponse({**bundled(CONTRACT), "servers": [server]})


def _bundle(name: str) -> Callable[[Request], Response]:
    def answered(_request: Request) -> Response:
        return JSONResponse(bundled(name))

    return answered


def _docs(_request: Request) -> Response:
    """The site, where it is built."""
    return RedirectResponse("/docs/") if SITE.is_dir() else HTMLResponse(PAGE)


async def _site(scope: Scope, receive: Receive, send: Send) -> None:
    async def send_with_policy(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["content-security-policy"] = POLICY
        await send(message)

    built = StaticFiles(directory=SITE, html=True) if SITE.is_dir() else RedirectResponse("/docs")
    await built(scope, receive, send_with_policy)


class Proxy:
    """The proxy in a thread of this process."""

    def __init__(self, upstream: str, port: int) -> None:
        config = uvicorn.Config(
            application(upstream),
            host="127.0.0.1",
            port=port,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            server_header=False,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="proxy", daemon=True)

    def start(self) -> None:
        """Serve, and return when requests are answered. Raises LocalError when it cannot."""
        self._thread.start()
        deadline_s = time.monotonic() + START_TIMEOUT_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline_s:
                raise LocalError("The proxy did not start; uvicorn's message is above.")
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Finish the requests that came, and end."""
        self._server.should_exit = True
        self._thread.join()
