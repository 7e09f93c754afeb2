"""The functions to start: ours from their packages, and partners to compare them with."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Sequence
from importlib.metadata import distribution
from pathlib import Path
from typing import Final

from generated.catalogue import SERVICES
from infra.package.build import ROOT, build, local_dependencies
from infra.package.sources import source_files
from infra.package.targets import target
from infra.services.rows import table_environment
from infra.template.functions import FUNCTIONS, Function
from tests.performance.starts.process import Bundle

DOCUMENTATION: Final = "as documented"
EMPTY: Final = "empty handler"
LIBRARIES: Final = "libraries alone"
PARTNERS: Final = (DOCUMENTATION, EMPTY, LIBRARIES)

RUNTIME: Final = ("awslambdaric", "simplejson", "snapshot-restore-py")
# `pip install aws-lambda-powertools[parser,tracer] boto3`, as the documentation says.
AS_INSTALLED: Final = (
    *("annotated-types", "aws-lambda-powertools", "aws-xray-sdk", "boto3", "botocore"),
    *("jmespath", "pydantic", "pydantic-core", "python-dateutil", "s3transfer", "six"),
    *("typing-extensions", "typing-inspection", "urllib3", "wrapt"),
)
# What infra/template/lambdas.py sets, with any values.
VARIABLES: Final = {
    **dict.fromkeys(("PREFIX", "STAGE", "EVENT_BUS", "GATEWAY_SECRET_ID"), "bench"),
    **table_environment("bench"),
    "ACCOUNT_ID": "123456789012",
    "EXPIRY_S": "900",
    "SANDBOX": "false",
    "AUDIENCE": "bench",
    "GATEWAY_URL": "https://gateway.example",
    "LOG_LEVEL": "INFO",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "POWERTOOLS_METRICS_NAMESPACE": "Payments",
    "PYDANTIC_DISABLE_PLUGINS": "__all__",
}


def quiet(_what: str) -> None:
    """Say nothing."""


def bundles(into: Path, functions: Sequence[Function] = FUNCTIONS) -> list[Bundle]:
    """Partners first, then the functions, each as Lambda would unpack it."""
    runtime = runtime_client(into)
    return [
        empty(into, runtime),
        _documentation(into, runtime),
        _libraries(into, runtime),
        *ours(into, runtime, functions),
    ]


def runtime_client(into: Path) -> Path:
    return _installed(RUNTIME, into / "runtime")


def empty(into: Path, runtime: Path) -> Bundle:
    return Bundle(EMPTY, _source("empty", into), runtime, "empty.handler", {})


def ours(into: Path, runtime: Path, functions: Sequence[Function]) -> list[Bundle]:
    trees = {name: package(into / name, name) for name in {f.service for f in functions}}
    return [
        Bundle(f.name, trees[f.service], runtime, f.handler, VARIABLES)
        for f in sorted(functions, key=lambda f: f.name)
    ]


def package(tree: Path, service: str) -> Path:
    """The local package of a service and its dependencies, laid out as the one for AWS is."""
    here = target("local")
    shutil.copytree(local_dependencies(here, quiet), tree)
    (package,) = build((service,), here, quiet)
    with zipfile.ZipFile(package.path) as zipped:
        zipped.extractall(tree)
    return tree


def _documentation(into: Path, runtime: Path) -> Bundle:
    """The documentation's handler, with the same models of the contract as wallet-service."""
    tree = _installed(AS_INSTALLED, into / "documentation")
    for file in source_files(ROOT, "wallet-service"):
        copied = tree / file.relative_to(ROOT)
        if copied.parts[len(tree.parts)] == "generated":
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, copied)
    shutil.copyfile(partner("documentation"), tree / "documentation.py")
    _compile(tree)
    return Bundle(DOCUMENTATION, tree, runtime, "documentation.handler", VARIABLES)


def _libraries(into: Path, runtime: Path) -> Bundle:
    """Our dependencies and nothing of ours: what no handler on these libraries can go below."""
    tree = package(into / "libraries", SERVICES[0])
    shutil.copyfile(partner("libraries"), tree / "libraries.py")
    _compile(tree)
    return Bundle(LIBRARIES, tree, runtime, "libraries.handler", VARIABLES)


def _source(name: str, into: Path) -> Path:
    tree = into / name
    tree.mkdir()
    shutil.copyfile(partner(name), tree / f"{name}.py")
    return _compile(tree)


def partner(name: str) -> Path:
    return Path(__file__).parents[1] / "partners" / f"{name}.py"


def _installed(distributions: Iterable[str], tree: Path) -> Path:
    """What pip would install, taken from this environment."""
    for name in distributions:
        for file in distribution(name).files or ():
            source = Path(str(file.locate()))
            if ".." in file.parts or "__pycache__" in file.parts or not source.is_file():
                continue
            copied = tree / file
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copied)
    return _compile(tree)


def _compile(tree: Path) -> Path:
    """pip compiles what it installs, so partners have bytecode too."""
    command = [
        *(sys.executable, "-m", "compileall", "-q", "-j", "2"),
        *("--invalidation-mode", "unchecked-hash", str(tree)),
    ]
    subprocess.run(command, capture_output=True, check=False)
    return tree
