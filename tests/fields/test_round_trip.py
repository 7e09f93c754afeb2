"""Every field of every request arrives wherever the contract does not keep it from.

Fields, values and places follow from the contract: a new optional field, and a new operation with a
body, are tested here without another line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from infra.contracts.documents import Documents
from tests.contracts.payloads import CONTRACT
from tests.fields.bodies import Body, Path, bodies, filled
from tests.fields.gateway import Approving, approving
from tests.fields.journey import Travelling
from tests.fields.places import findings


@dataclass(frozen=True, slots=True)
class Case:
    """A body with some of its optional fields, at their shortest or longest."""

    body: Body
    name: str
    optional: frozenset[Path]
    longest: bool

    def __str__(self) -> str:
        size = "longest" if self.longest else "shortest"
        return f"{self.body.operation_id}-{self.name}-{size}"


def cases(contract: Documents) -> Iterator[Case]:
    """Required fields alone, each optional one beside them, and all of them together."""
    for body in bodies(contract):
        chosen = {"required": frozenset[Path]()}
        chosen |= {".".join(path): frozenset({path}) for path in body.optional}
        chosen["everything"] = frozenset(body.optional)
        for name, optional in chosen.items():
            for longest in (False, True):
                yield Case(body, name, optional, longest)


CASES: Final = tuple(cases(CONTRACT))


@pytest.fixture(scope="module")
def gateway() -> Iterator[Approving]:
    with approving() as server:
        yield server


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_field_that_is_accepted_arrives_everywhere(case: Case, gateway: Approving) -> None:
    document = filled(case.body, case.optional, longest=case.longest)

    journey = Travelling(CONTRACT, gateway).travel(case.body, document)

    assert journey.sent == document
    found = findings(CONTRACT, case.body, document, journey)
    assert not found, "\n".join(found)
