"""The directory where a local stack keeps everything: state, secrets, logs, and how to reach it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from infra.local.processes import LocalError, free_port, is_free

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT / ".local"
PRIVATE = 0o600
PASSWORD_BYTES = 24


@dataclass(frozen=True, slots=True)
class Running:
    """How to reach a stack that runs; written when it is ready, removed when it stops."""

    pid: int
    base_url: str
    endpoint: str
    simulator_url: str
    expiry_s: int
    outputs: dict[str, str]


@dataclass(frozen=True, slots=True)
class Home:
    """The layout of the directory."""

    directory: Path

    @property
    def ministack(self) -> Path:
        return self.directory / "ministack"

    @property
    def simulator(self) -> Path:
        return self.directory / "simulator"

    @property
    def scratch(self) -> Path:
        """Where MiniStack unpacks functions; worth nothing after a stop."""
        return self.directory / "scratch"

    def log(self, name: str) -> Path:
        return self.directory / "log" / f"{name}.log"

    def lock(self) -> IO[str]:
        """Hold the directory until the file is closed or this process ends, however it ends."""
        self.directory.mkdir(parents=True, exist_ok=True)
        held = (self.directory / "lock").open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            running = self.running()
            where = f" at {running.base_url}" if running else ", and still starting"
            raise LocalError(
                f"It is running already{where}. Stop it with Ctrl-C where it runs."
            ) from None
        return held

    def running(self) -> Running | None:
        """How to reach the stack, if it was started and not stopped."""
        stored = self._read("running")
        return Running(**stored) if stored else None  # type: ignore[arg-type]

    def set_running(self, running: Running | None) -> None:
        if running is None:
            self._path("running").unlink(missing_ok=True)
        else:
            self._write("running", asdict(running))

    def children(self) -> dict[str, int]:
        """Process ids by program, as they were last started."""
        return {name: int(str(pid)) for name, pid in self._read("children").items()}

    def set_children(self, pids: dict[str, int]) -> None:
        self._write("children", dict(pids))

    def port(self, program: str) -> int:
        """The port of a program: the same at every start, because its state contains it."""
        ports = self._read("ports")
        if program not in ports:
            ports[program] = free_port()
            self._write("ports", ports)
        port = int(str(ports[program]))
        if not is_free(port):
            raise LocalError(
                f"Port {port}, which {program} had before, is used by another program. "
                "Fix: stop that one, or forget the local state: make reset"
            )
        return port

    def secret(self, name: str) -> str:
        """A password or key that is drawn once and kept where only its owner may read."""
        kept = self._read("secrets")
        if name not in kept:
            # Cognito asks for four kinds of characters.
            kept[name] = f"aA1-{secrets.token_urlsafe(PASSWORD_BYTES)}"
            self._write("secrets", kept)
        return str(kept[name])

    def forget(self) -> None:
        """Remove the directory and everything in it."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def _path(self, name: str) -> Path:
        return self.directory / f"{name}.json"

    def _read(self, name: str) -> dict[str, object]:
        path = self._path(name)
        read: dict[str, object] = json.loads(path.read_text()) if path.exists() else {}
        return read

    def _write(self, name: str, content: dict[str, object]) -> None:
        """Replace the file at once, readable by its owner only."""
        self.directory.mkdir(parents=True, exist_ok=True)
        partial = self._path(name).with_suffix(".partial")
        partial.touch(mode=PRIVATE)
        partial.write_text(json.dumps(content, indent=2))
        os.replace(partial, self._path(name))
