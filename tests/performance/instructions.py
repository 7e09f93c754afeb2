"""Count the instructions of a program by valgrind: the same on a busy machine as on an idle one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

WARMED_UP_AFTER: Final = 40  # Python specializes its bytecode while it runs
NOTHING: Final = "nothing"
TOTAL: Final = re.compile(r"^summary: (\d+)$", re.MULTILINE)

Subject = Callable[[], object]


def available() -> bool:
    """Whether this machine has valgrind."""
    return shutil.which("valgrind") is not None


def watching(outputs: Path) -> list[str]:
    """The command to put before a program. Each of its processes writes a file named by its id."""
    return [
        *("valgrind", "--tool=cachegrind", "--cache-sim=no", "--log-file=/dev/null"),
        f"--cachegrind-out-file={outputs}/%p",
    ]


def total(outputs: Path, pid: int) -> int:
    """What the process executed. Raises RuntimeError when it left no count."""
    found = TOTAL.search((outputs / str(pid)).read_text())
    if found is None:
        raise RuntimeError(f"valgrind wrote no count for process {pid}")
    return int(found.group(1))


def per_call(module: str, repeats: int, names: Sequence[str] = ()) -> dict[str, float]:
    """Instructions per call of the subjects that `python -m module` hands to `measured`; of all of
    them, or of these.
    """
    with tempfile.TemporaryDirectory() as directory:
        outputs = Path(directory)
        command = [*watching(outputs), sys.executable, "-m", module, str(repeats), *names]
        done = subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": "0"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{module} failed under valgrind:\n{done.stderr}")
        pids = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())
        counts = {name: total(outputs, int(pid)) for name, pid in pids.items()}
    nothing = counts.pop(NOTHING)
    return {name: (count - nothing) / repeats for name, count in counts.items()}


def measured(subjects: Mapping[str, Subject], arguments: Sequence[str]) -> None:
    """Run each subject in a child of this process, which has loaded and warmed up everything.

    A child's count includes its parent's; the child that does nothing shows how much that is.
    """
    _, repeats_text, *names = arguments
    repeats = int(repeats_text)
    chosen = {name: subjects[name] for name in names or subjects}
    everything: dict[str, Subject] = {NOTHING: lambda: None, **chosen}
    for subject in everything.values():
        for _ in range(WARMED_UP_AFTER):
            subject()
    for name, subject in everything.items():
        sys.stdout.write(f"{name} {_in_a_child(subject, repeats)}\n")
        sys.stdout.flush()


def _in_a_child(subject: Subject, repeats: int) -> int:
    pid = os.fork()
    if pid == 0:
        for _ in range(repeats):
            subject()
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    if status != 0:
        raise RuntimeError(f"a subject ended with status {status}")
    return pid
