"""The working contract with one edit, for tests of the checks that must notice it."""

from __future__ import annotations

from typing import Any, Final

from infra.contracts.documents import ASYNCAPI, COMMON, GATEWAY, OPENAPI, Documents
from infra.contracts.mutants.make import ABSENT, Mutant
from tests.contracts.payloads import CONTRACT

DOCUMENTS: Final = {"events": ASYNCAPI, "api": OPENAPI, "gateway": GATEWAY, "common": COMMON}


def edited(
    document: str, path: str, value: Any = ABSENT, contract: Documents = CONTRACT
) -> Documents:
    """Return it with `value` at `path` (steps by slashes, `~` is a slash); no value removes."""
    steps = tuple(
        int(step) if step.isdigit() and step not in STATUSES else step.replace("~", "/")
        for step in path.split("/")
    )
    return Mutant(DOCUMENTS[document], steps, "edited", value).of(contract)


def versioned(contract: Documents, version: str) -> Documents:
    """Return the contract with this info.version in both documents that are released together."""
    for document in ("events", "api"):
        contract = edited(document, "info/version", version, contract)
    return contract


STATUSES: Final = frozenset({"200", "201", "400", "401", "403", "404", "409", "413", "422"})
