"""Refusals of the API: RFC 9457 problem documents with the types that specs/openapi.yaml lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from generated.problem_types import ProblemType

PREFIX: Final = "urn:problem-type:payments:"

TITLES: Final[Mapping[ProblemType, str]] = {
    "urn:problem-type:payments:malformed-request": "The request is malformed",
    "urn:problem-type:payments:idempotency-key-missing": "Idempotency-Key is missing",
    "urn:problem-type:payments:unauthenticated": "Authentication is needed",
    "urn:problem-type:payments:forbidden": "Not allowed",
    "urn:problem-type:payments:not-found": "Not found",
    "urn:problem-type:payments:method-not-allowed": "The path has no such method",
    "urn:problem-type:payments:conflict": "Not possible now",
    "urn:problem-type:payments:payload-too-large": "The body is too large",
    "urn:problem-type:payments:unsupported-media-type": "The media type is not supported",
    "urn:problem-type:payments:validation-failed": "The request is not valid",
    "urn:problem-type:payments:idempotency-key-reused": (
        "The Idempotency-Key belongs to another request"
    ),
    "urn:problem-type:payments:too-many-requests": "Too many requests",
    "urn:problem-type:payments:internal-error": "Internal error",
    "urn:problem-type:payments:temporarily-unavailable": "Temporarily unavailable",
    "urn:problem-type:payments:timeout": "Timed out",
}

ERRORS_MAX: Final = 50  # entries of `errors`, as the contract limits them


class FieldError(NamedTuple):
    field: str
    message: str


Document: TypeAlias = dict[str, object]


class Problem(Exception):
    """A request that is refused: what is wrong and how to fix it."""

    def __init__(
        self,
        problem_type: ProblemType,
        status: int,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(detail)
        self.problem_type: ProblemType = problem_type
        self.status = status
        self.errors = tuple(errors[:ERRORS_MAX])
        self.headers = headers

    def document(self) -> Document:
        """Return the body of the answer (specs/openapi.yaml, Problem)."""
        errors = [{"field": e.field, "message": e.message} for e in self.errors]
        return {
            "type": self.problem_type,
            "title": TITLES[self.problem_type],
            "status": self.status,
            "detail": str(self),
        } | ({"errors": errors} if errors else {})


def not_found(detail: str) -> Problem:
    return Problem("urn:problem-type:payments:not-found", 404, detail)


def method_not_allowed(allowed: Sequence[str]) -> Problem:
    methods = ", ".join(allowed)
    return Problem(
        "urn:problem-type:payments:method-not-allowed",
        405,
        f"This path has only {methods}.",
        headers={"Allow": methods},
    )


def conflict(detail: str) -> Problem:
    return Problem("urn:problem-type:payments:conflict", 409, detail)


def invalid(status: int, errors: Sequence[FieldError]) -> Problem:
    """Return the refusal of wrong fields: 400 for parameters and headers, 422 for the body."""
    count = len(errors)
    detail = f"{count} field{'s are' if count > 1 else ' is'} not valid."
    return Problem("urn:problem-type:payments:validation-failed", status, detail, errors)


def key_reused() -> Problem:
    return Problem(
        "urn:problem-type:payments:idempotency-key-reused",
        422,
        "The key was used with another body. Use a new key for a new request.",
        (FieldError("Idempotency-Key", "was used with another body"),),
    )
