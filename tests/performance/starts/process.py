"""Start a function as Lambda does, up to the moment when it asks for its first event."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.performance.starts.runtime_api import RuntimeApi

TIMEOUT_S: Final = 120.0
KIB: Final = 1024
# As on Lambda: what a function's own variables are added to.
LAMBDA: Final[Mapping[str, str]] = {
    "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info[0]}.{sys.version_info[1]}",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",
    "AWS_LAMBDA_LOG_LEVEL": "INFO",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """What Lambda has of a function: where its code lies, its handler, its variables."""

    name: str
    task: Path  # /var/task
    runtime: Path  # /var/runtime: the runtime client
    handler: str
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Start:
    wall_s: float
    cpu_s: float
    rss_bytes: int


def start(bundle: Bundle) -> Start:
    """Start the function once, measure, and end it. Raises RuntimeError when it does not start."""
    with RuntimeApi() as api:
        began_s = time.perf_counter()
        process = spawn(bundle, api.address)
        try:
            wall_s = api.wait(TIMEOUT_S) - began_s
            rss_bytes = _resident_bytes(process.pid)
        finally:
            process.kill()
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = -signal.SIGKILL
    return Start(wall_s, used.ru_utime + used.ru_stime, rss_bytes)


def spawn(bundle: Bundle, runtime_api: str, under: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    """`under`: a program that watches the start, such as valgrind."""
    command = [*under, interpreter(), "-s", "-P", "-m", "awslambdaric", bundle.handler]
    environment = {
        **LAMBDA,
        **bundle.variables,
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "AWS_LAMBDA_FUNCTION_NAME": bundle.name,
        "LAMBDA_TASK_ROOT": str(bundle.task),
        "PYTHONPATH": f"{bundle.task}{os.pathsep}{bundle.runtime}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PATH": os.environ["PATH"],
    }
    return subprocess.Popen(
        command,
        env=environment,
        cwd=bundle.task,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def interpreter() -> str:
    """The one behind the virtual environment, so that no package of the environment is seen."""
    return str(getattr(sys, "_base_executable", sys.executable))


def _resident_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmRSS":
            return int(value.split()[0]) * KIB
    raise RuntimeError(f"process {pid} has no resident memory")
