"""Lock infra/requirements/*.in again (make lock): the newest versions, hashes for every platform.

The locks name no registry and no path of a machine, so they install anywhere.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# runtime before dev: dev is constrained by it, so that tests run what is shipped.
LOCKS = ("bootstrap", "runtime", "dev", "ministack", "scan")
PYTHON_MIN = "3.11"
OPTIONS = (
    "--universal",
    f"--python-version={PYTHON_MIN}",
    "--generate-hashes",
    "--no-emit-find-links",
    "--no-header",
    "--no-annotate",
    "--upgrade",
    "--quiet",
)


def main() -> int:
    parser = argparse.ArgumentParser(description="Lock infra/requirements/*.in with uv.")
    parser.add_argument("--uv", type=Path, required=True)
    uv = parser.parse_args().uv.resolve()
    for name in LOCKS:
        sys.stderr.write(f"locking {name}\n")
        command = [uv, "pip", "compile", *OPTIONS, f"{name}.in", "--output-file", f"{name}.txt"]
        # uv writes paths as it was given them, so it works beside the files.
        if subprocess.run(command, cwd=HERE, stdout=subprocess.DEVNULL, check=False).returncode:
            sys.stderr.write(f"uv could not lock {name}.in: correct it as described above\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
