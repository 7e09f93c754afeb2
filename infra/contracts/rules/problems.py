"""Rules of refusals: every type of problem is shown where it can happen, under its own status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.contracts.documents import GATEWAY, OPENAPI, Documents

HTTP: Final = (OPENAPI, GATEWAY)
PROBLEM: Final = "application/problem+json"
# Answered where no operation was found, so no operation can show them.
OF_NO_OPERATION: Final = frozenset(
    {
        "urn:problem-type:gateway:not-found",
        "urn:problem-type:gateway:method-not-allowed",
        "urn:problem-type:payments:method-not-allowed",
    }
)


def every_problem_is_documented(contract: Documents) -> Iterator[str]:
    """Check that each listed type is an example in an answer of some operation."""
    for name in HTTP:
        listed = contract.by_name[name]["components"]["schemas"]["ProblemType"]["enum"]
        shown = {example["type"] for _, _, example in _shown(contract, name)}
        for missing in sorted(set(listed) - shown - OF_NO_OPERATION):
            yield f"{name}: no operation shows {missing}"
        if len(set(listed)) != len(listed):
            yield f"{name}: ProblemType lists a type twice"
        used = {id(response) for _, _, response in _refusals(contract, name)}
        for key, response in contract.by_name[name]["components"]["responses"].items():
            if id(response) not in used:
                yield f"{name}: no operation answers {key}"


def problems_have_their_own_status(contract: Documents) -> Iterator[str]:
    titles: dict[str, str] = {}
    for name in HTTP:
        for where, status, example in _shown(contract, name):
            if str(example["status"]) != status:
                yield f"{where}: an example of {status} has status {example['status']}"
            title = titles.setdefault(example["type"], example["title"])
            if title != example["title"]:
                yield f"{where}: {example['type']} has two titles: {title}, {example['title']}"


def refusals_are_problem_documents(contract: Documents) -> Iterator[str]:
    for name in HTTP:
        problem = contract.by_name[name]["components"]["schemas"]["Problem"]
        for where, status, response in _refusals(contract, name):
            content = response.get("content", {})
            if list(content) != [PROBLEM]:
                yield f"{where}: {status} must be {PROBLEM}"
                continue
            if contract.resolved(name, content[PROBLEM]["schema"])[1] is not problem:
                yield f"{where}: {status} must be a Problem"
            for label, example in content[PROBLEM].get("examples", {}).items():
                if not example["value"]["type"].endswith(f":{label}"):
                    yield f"{where}: the example {label} has type {example['value']['type']}"


def _refusals(contract: Documents, name: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield place, status and response of every refusal of every operation."""
    for path, method, _, operation in contract.operations(name):
        for status, answer in operation["responses"].items():
            if not status.startswith("2"):
                yield f"{name}: {method} {path}", status, contract.resolved(name, answer)[1]


def _shown(contract: Documents, name: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for where, status, response in _refusals(contract, name):
        for media in response.get("content", {}).values():
            for example in media.get("examples", {}).values():
                yield where, status, example["value"]
