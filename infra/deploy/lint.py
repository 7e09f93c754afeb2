"""cfn-lint over the template that would be deployed."""

import subprocess
import sys
from pathlib import Path

from infra.template import build_template

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "template.json"
REGION = "us-east-1"


def lint() -> int:
    """Write the template to build/template.json and lint that. Returns cfn-lint's exit code."""
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(build_template().to_json())
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    command = [str(cfn_lint), "--regions", REGION, "--", str(OUTPUT)]
    return subprocess.run(command, check=False).returncode
