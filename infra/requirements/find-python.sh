#!/bin/sh
# Print "<path> <version>" of the interpreter that make was asked for, or report on stderr how to install it.
# `python3.13` may be on PATH as a pyenv shim that refuses to run, so pyenv's own versions are tried after PATH.
wanted=${1:-python3}
probe='import sys; v = sys.version_info; v >= (3, 11) or sys.exit(1); print(sys.executable, "%d.%d.%d" % v[:3])'

for candidate in "$wanted" "${PYENV_ROOT:-$HOME/.pyenv}"/versions/*/bin/"${wanted##*/}"; do
    found=$("$candidate" -c "$probe" 2>/dev/null) && { echo "$found"; exit 0; }
done
echo "No Python >= 3.11 answers to '$wanted'. Install one, or name it: make PYTHON=/path/to/python3.13" >&2
exit 1
