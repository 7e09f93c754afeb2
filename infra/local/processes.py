"""Child processes that are stopped gently and found again after their parent was killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.05


class LocalError(Exception):
    """The local stack cannot do what was asked; the message names the fix."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run. `marker` is a part of its command line that no other process has."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    log: Path
    marker: str


@dataclass(slots=True)
class Child:
    """A running program, in its own session so that Ctrl-C reaches only us."""

    program: Program
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def check(self) -> None:
        """Raise LocalError with the end of its log when it is no longer running."""
        if self.process.poll() is not None:
            raise LocalError(
                f"{self.program.name} ended with code {self.process.returncode}. "
                f"The end of {self.program.log}:\n{tail(self.program.log)}"
            )

    def stop(self, timeout_s: float) -> bool:
        """Ask it to end and wait. False when it had to be killed."""
        if self.process.poll() is not None:
            return True
        self.process.terminate()
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return False
        return True


def start(program: Program) -> Child:
    """Start the program; what it prints goes to its log."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    if program.log.exists():
        program.log.replace(program.log.with_suffix(".before.log"))
    with program.log.open("wb") as log:
        process = subprocess.Popen(
            program.command,
            env=dict(program.environment),
            cwd=program.directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Child(program, process)


def wait_until(ready: Callable[[], bool], child: Child, timeout_s: float) -> None:
    """Wait until the child is ready. Raises LocalError when it ends or is too slow."""
    deadline_s = time.monotonic() + timeout_s
    while not ready():
        child.check()
        if time.monotonic() > deadline_s:
            raise LocalError(
                f"{child.program.name} is not ready after {timeout_s:.0f} s. "
                f"The end of {child.program.log}:\n{tail(child.program.log)}"
            )
        time.sleep(POLL_S)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def is_running(pid: int, marker: str) -> bool:
    """Whether this pid is still the program with the marker (pids are used again)."""
    proc = Path("/proc")
    if proc.joinpath("self").exists():
        command = proc / str(pid) / "cmdline"  # empty for a zombie
        return command.exists() and marker in command.read_bytes().decode(errors="replace")
    ps = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return marker in subprocess.run(ps, capture_output=True, text=True, check=False).stdout


def end_orphan(pid: int, marker: str, timeout_s: float) -> bool:
    """End a program whose parent was killed, as gently as `stop` does. False: it had ended."""
    if not is_running(pid, marker):
        return False
    deadline_s = time.monotonic() + timeout_s
    os.kill(pid, signal.SIGTERM)
    while is_running(pid, marker):
        if time.monotonic() > deadline_s:
            os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_S)
    return True


def free_port() -> int:
    """A port that is free at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Whether a server could listen on this port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
