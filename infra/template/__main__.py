"""`python -m infra.template > template.json`."""

import sys

from infra.template.stack import render

if __name__ == "__main__":
    sys.stdout.write(render() + "\n")
