"""Refusals as the contract writes them."""

from pathlib import Path
from typing import get_args

import pytest
import yaml

from generated.problem_types import ProblemType
from handlers.core.problem import (
    ERRORS_MAX,
    TITLES,
    FieldError,
    conflict,
    invalid,
    key_reused,
    not_found,
)

SPEC = Path(__file__).parents[2] / "specs" / "openapi.yaml"


def test_every_type_of_problem_has_a_title() -> None:
    assert set(TITLES) == set(get_args(ProblemType))


@pytest.mark.parametrize("problem", [not_found("x"), conflict("x"), key_reused()])
def test_a_problem_has_what_the_contract_requires(problem: Exception) -> None:
    schema = yaml.safe_load(SPEC.read_text())["components"]["schemas"]["Problem"]

    document = getattr(problem, "document")()  # noqa: B009 - three kinds of one class

    assert set(schema["required"]) <= set(document) <= set(schema["properties"])


def test_no_more_errors_are_reported_than_the_contract_allows() -> None:
    errors = [FieldError(f"field{number}", "is wrong") for number in range(200)]

    document = invalid(422, errors).document()

    assert document["detail"] == "200 fields are not valid."
    assert document["errors"] == [
        {"field": f"field{number}", "message": "is wrong"} for number in range(ERRORS_MAX)
    ]
