"""The parts of the local stack that need no running one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.generate.spec import references
from infra.local import proxy
from infra.local.home import Home, Running
from infra.local.processes import (
    LocalError,
    Program,
    end_orphan,
    free_port,
    is_running,
    start,
    wait_until,
)
from infra.local.proxy import Proxy
from infra.local.tap import line, sighting

DEPOSITED = {
    "id": "evt_1",
    "time": "2026-03-01T12:00:00.000Z",
    "type": "wallet.funds_deposited",
    "source": "wallet-service",
    "subject": "dep_1",
    "data": {},
}


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(201)
        self.send_header("Location", self.path)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(self.headers["x-odd"].encode("latin-1") + body)

    def log_message(self, *_arguments: object) -> None:
        """Log nothing."""


@pytest.fixture
def base_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as upstream:
        Thread(target=upstream.serve_forever, daemon=True).start()
        port = free_port()
        server = Proxy(f"http://127.0.0.1:{upstream.server_port}/stage", port)
        server.start()
        yield f"http://127.0.0.1:{port}"
        server.stop()
        upstream.shutdown()


def test_the_proxy_passes_everything_on_as_it_is(base_url: str) -> None:
    answer = httpx.post(
        f"{base_url}/v1/a%2Fb?x=%20&x=2", headers={b"x-odd": b"\xff"}, content=b"\x00body"
    )

    assert answer.status_code == 201
    assert answer.headers["location"] == "/stage/a%2Fb?x=%20&x=2"
    assert answer.content == b"\xff\x00body"


def test_the_proxy_passes_a_line_break_in_a_path_on(base_url: str) -> None:
    answer = httpx.post(f"{base_url}/v1/payments/%0Aa%0A", content=b"body")

    assert answer.headers["location"] == "/stage/payments/%0Aa%0A"


def test_the_proxy_shows_the_contract_in_one_piece(base_url: str) -> None:
    shown = httpx.get(f"{base_url}/docs/openapi.json").json()

    assert list(OpenAPIV31SpecValidator(shown).iter_errors()) == []
    assert [name for name in references(shown) if not name.startswith("#/")] == []


def test_the_contract_names_the_server_that_serves_it(base_url: str) -> None:
    for path in ("/docs/openapi.json", "/docs/api/openapi.json"):
        (server,) = httpx.get(f"{base_url}{path}").json()["servers"]
        assert server["url"] == f"{base_url}/v1"


def test_without_a_site_the_proxy_says_how_to_build_one(
    base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "SITE", tmp_path / "not built")

    for path in ("/docs", "/docs/index.html"):
        assert "make docs" in httpx.get(f"{base_url}{path}", follow_redirects=True).text


def test_with_a_site_the_proxy_serves_its_pages_and_files(
    base_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proxy, "SITE", tmp_path)
    (tmp_path / "index.html").write_text("the site")
    (tmp_path / "404.html").write_text("not found, and what to do")

    answer = httpx.get(f"{base_url}/docs", follow_redirects=True)

    assert answer.url == f"{base_url}/docs/"
    assert answer.text == "the site"
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    gone = httpx.get(f"{base_url}/docs/gone.html")
    assert (gone.status_code, gone.text) == (404, "not found, and what to do")


def test_a_proxy_without_an_api_says_that_it_is_unavailable() -> None:
    server = Proxy(f"http://127.0.0.1:{free_port()}/stage", port := free_port())
    server.start()
    answer = httpx.get(f"http://127.0.0.1:{port}/v1/health")
    server.stop()

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_password_is_kept_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    password = Home(tmp_path).secret("alice")

    assert Home(tmp_path).secret("alice") == password
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_second_run_in_the_same_directory_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.lock():
        home.set_running(Running(1, "http://127.0.0.1:8080/v1", "", "", 900, {}))

        with pytest.raises(LocalError, match=r"running already at http://127.0.0.1:8080/v1"):
            home.lock()

    home.lock().close()


def test_a_program_whose_parent_was_killed_is_found_and_ended(tmp_path: Path) -> None:
    marker = f"sleeper-{os.getpid()}"
    command = [sys.executable, "-c", "import time; time.sleep(60)", marker]
    child = start(Program("sleeper", command, os.environ, tmp_path, tmp_path / "log", marker))

    # Its command line appears a moment after it was started.
    wait_until(lambda: is_running(child.pid, marker), child, timeout_s=5)
    assert not is_running(child.pid, "another program with this pid")
    assert end_orphan(child.pid, marker, timeout_s=5)
    child.process.wait()
    assert not end_orphan(child.pid, marker, timeout_s=5)


def test_a_program_that_ends_is_reported_with_the_end_of_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "raise SystemExit('no such port')"]
    child = start(Program("server", command, os.environ, tmp_path, tmp_path / "log", "x"))
    child.process.wait()

    with pytest.raises(LocalError, match="no such port"):
        child.check()


def test_an_event_is_one_readable_line() -> None:
    shown = line(sighting(DEPOSITED))

    assert "dep_1" in shown
    assert shown.endswith("wallet.funds_deposited      wallet-service → metrics-collector")


def test_a_token_without_a_running_stack_says_what_to_do(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from infra.local import home, __main__ as main\n"
        f"home.DEFAULT = Path({str(tmp_path)!r})\n"
        "sys.argv = ['local', 'token', '--user', 'alice']; sys.exit(main.main())"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout == ""
    assert "make run" in done.stderr
