"""MiniStack as a child process: how it is started, paused and stopped."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from infra.local.home import Home
from infra.local.http import http
from infra.local.processes import Child, LocalError, Program, end_orphan, start, wait_until

NAME = "ministack"
SERVER = Path(__file__).with_name("ministack_server.py")
START_TIMEOUT_S = 60.0
PAUSE_TIMEOUT_S = 20.0
# Its state is written while it stops; killing it would lose everything since the start.
STOP_TIMEOUT_S = 60.0
# What a process needs of ours. Everything else would reach the functions as their environment.
INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "SYSTEMROOT")


def interpreter() -> Path:
    """The interpreter of `.venv-ministack`, beside the environment that runs this."""
    here = Path(sys.prefix)
    python = here.with_name(here.name.replace(".venv", ".venv-ministack", 1)) / "bin" / "python"
    if not here.name.startswith(".venv") or not python.exists():
        raise LocalError(f"MiniStack is not installed beside {here}. Fix: make setup")
    return python


@dataclass(frozen=True, slots=True)
class MiniStack:
    """A running MiniStack."""

    child: Child
    endpoint: str

    def pause(self) -> int:
        """Begin no further function, wait for those that run. Returns how many still do."""
        answer = http().post(f"{self.endpoint}/_local/pause", timeout=PAUSE_TIMEOUT_S)
        return int(answer.json()["running"])

    def workers(self) -> dict[str, list[int]]:
        """The process ids of each function's workers, by function name."""
        answer = http().get(f"{self.endpoint}/_local/workers")
        workers: dict[str, list[int]] = answer.json()
        return workers

    def stop(self) -> None:
        """Save the state and end. Raises LocalError when it had to be killed."""
        if not self.child.stop(STOP_TIMEOUT_S):
            raise LocalError(f"MiniStack did not save its state within {STOP_TIMEOUT_S:.0f} s.")


def launch(home: Home, *, dependencies: Path, iam_enforced: bool, workers_max: int) -> MiniStack:
    """Start it with the state of last time. It may not be ready yet: `await_ready`."""
    port = home.port(NAME)
    shutil.rmtree(home.scratch, ignore_errors=True)
    home.scratch.mkdir(parents=True)
    environment = {
        **{name: os.environ[name] for name in INHERITED if name in os.environ},
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "S3_PERSIST": "1",
        "STATE_DIR": str(home.ministack),
        "S3_DATA_DIR": str(home.ministack / "s3"),
        "TMPDIR": str(home.scratch),
        "AUTH": "true" if iam_enforced else "false",
        "WORKERS_MAX": str(workers_max),
        "WORKERS_PATH": str(dependencies),
        "DOCKER_HOST": f"unix://{home.scratch}/no-docker",  # it would look for containers
        # The functions must not see the AWS configuration of the user who runs this.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PYTHONUNBUFFERED": "1",
    }
    program = Program(
        name=NAME,
        command=[str(interpreter()), "-P", str(SERVER)],
        environment=environment,
        directory=home.directory,
        log=home.log(NAME),
        marker=str(SERVER),
    )
    return MiniStack(start(program), f"http://127.0.0.1:{port}")


def await_ready(ministack: MiniStack) -> None:
    """Wait until it serves. Raises LocalError with the end of its log when it does not."""
    wait_until(
        lambda: answers(f"{ministack.endpoint}/_ministack/health"), ministack.child, START_TIMEOUT_S
    )


def answers(url: str) -> bool:
    """Whether a GET is answered, and not with a fault of the server."""
    try:
        return not http().get(url, timeout=2).is_server_error
    except httpx.TransportError:
        return False


def end_orphans(home: Home) -> list[str]:
    """End what a killed `make run` left running, saving its state. Returns what that was."""
    ended = []
    markers = {NAME: str(SERVER), "simulator": "infra.local.simulator"}
    for name, pid in home.children().items():
        if end_orphan(pid, markers[name], STOP_TIMEOUT_S):
            ended.append(name)
    home.set_children({})
    return ended
