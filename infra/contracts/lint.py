"""The official parsers and linters of the documents, and our own rules.

A warning counts like an error: a rule that does not fit is off, and its configuration says why.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, Final

from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from infra.contracts.documents import (
    ASYNCAPI,
    GATEWAY,
    OPENAPI,
    ROOT,
    SPECS,
    parsed,
    read,
)
from infra.contracts.node import NODE, run, script
from infra.contracts.rules import violations

HERE: Final = ROOT / "infra" / "contracts"
PROJECTION: Final = ROOT / "generated" / "api" / "openapi-3.0.3.json"
SPECTRAL: Final = HERE / ".spectral.yaml"
DOCUMENTS: Final = 3  # as redocly.yaml lists them
# The parser's severities; an error is 0. A newer version of AsyncAPI is only information.
WARNING: Final = 1


def own_rules() -> Iterator[str]:
    yield from violations(read())


def asyncapi_parser() -> Iterator[str]:
    """Run the official parser, the only one that finds a message that is not in its channel."""
    done = script(HERE / "asyncapi-parse.mjs", str(NODE), str(SPECS / ASYNCAPI))
    try:
        result = json.loads(done.stdout)
    except ValueError:
        yield f"{ASYNCAPI}: the parser failed: {done.stderr.strip()[-500:]}"
        return
    found = [p["text"] for p in result["problems"] if p["severity"] <= WARNING]
    if not result["parsed"] and not found:
        found = ["cannot be parsed"]
    yield from (f"{ASYNCAPI}: {text}" for text in found)


def openapi_validator() -> Iterator[str]:
    """Validate both HTTP contracts, and the projection for API Gateway."""
    for name in (OPENAPI, GATEWAY):
        document = parsed((SPECS / name).read_text("utf-8"))
        yield from _invalid(name, OpenAPIV31SpecValidator(document, (SPECS / name).as_uri()))
    projected = json.loads(PROJECTION.read_text("utf-8"))
    yield from _invalid(PROJECTION.name, OpenAPIV30SpecValidator(projected))


def _invalid(name: str, validator: Any) -> Iterator[str]:
    for error in validator.iter_errors():
        yield f"{name}: {'.'.join(map(str, error.absolute_path))}: {error.message}"


def redocly() -> Iterator[str]:
    done = run("redocly", "lint", "--format", "json", directory=SPECS.parent)
    try:
        reports = list(_documents(done.stdout))
    except ValueError:
        reports = []
    if len(reports) != DOCUMENTS:
        yield f"redocly failed: {(done.stderr or done.stdout).strip()[-500:]}"
    for problem in (problem for report in reports for problem in report["problems"]):
        place = problem["location"][0]
        where = f"{place['source']['ref']} {place.get('pointer', '')}"
        yield f"{where}: {problem['message']} ({problem['ruleId']})"


def _documents(text: str) -> Iterator[Any]:
    """Yield the JSON documents of redocly's output: one per contract, one after the other."""
    decoder, start = json.JSONDecoder(), 0
    while start < len(text.rstrip()):
        document, start = decoder.raw_decode(text, start)
        yield document


def spectral() -> Iterator[str]:
    """Run the OWASP API security rules."""
    names = [str(SPECS / name) for name in (OPENAPI, GATEWAY)]
    done = run("spectral", "lint", "--ruleset", str(SPECTRAL), "--format", "json", *names)
    start, end = done.stdout.find("["), done.stdout.rfind("]")
    try:
        problems = json.loads(done.stdout[start : end + 1])
    except ValueError:
        yield f"spectral failed: {(done.stderr or done.stdout).strip()[-500:]}"
        return
    for problem in problems:
        # A finding behind a reference to another document has no source.
        where = f"{problem.get('source', '')} {'.'.join(map(str, problem['path']))}".strip()
        yield f"{where}: {problem['message']} ({problem['code']})"


LINTERS: Final[dict[str, Callable[[], Iterator[str]]]] = {
    "own rules": own_rules,
    "AsyncAPI parser": asyncapi_parser,
    "openapi-spec-validator": openapi_validator,
    "redocly lint": redocly,
    "Spectral, OWASP": spectral,
}
