"""Lint the template that would be deployed: cfn-lint, and what only this project can know."""

import subprocess
import sys
from pathlib import Path

from infra.template import build_template, environment, rights

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "template.json"
REGION = "us-east-1"


def lint() -> int:
    """Write the template to build/template.json and lint that. Return the exit code."""
    template = build_template()
    problems = [*rights.lacking(template.to_dict()), *environment.unset(template.to_dict())]
    sys.stderr.write("".join(f"{problem}\n" for problem in problems))
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(template.to_json())
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    command = [str(cfn_lint), "--regions", REGION, "--", str(OUTPUT)]
    return subprocess.run(command, check=False).returncode or int(bool(problems))
