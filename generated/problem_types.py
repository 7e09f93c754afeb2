"""Types of problem that the API may answer with (specs/openapi.yaml)."""

from typing import Literal, TypeAlias

ProblemType: TypeAlias = Literal[
    "urn:problem-type:payments:malformed-request",
    "urn:problem-type:payments:idempotency-key-missing",
    "urn:problem-type:payments:unauthenticated",
    "urn:problem-type:payments:forbidden",
    "urn:problem-type:payments:not-found",
    "urn:problem-type:payments:method-not-allowed",
    "urn:problem-type:payments:conflict",
    "urn:problem-type:payments:payload-too-large",
    "urn:problem-type:payments:unsupported-media-type",
    "urn:problem-type:payments:validation-failed",
    "urn:problem-type:payments:idempotency-key-reused",
    "urn:problem-type:payments:too-many-requests",
    "urn:problem-type:payments:internal-error",
    "urn:problem-type:payments:temporarily-unavailable",
    "urn:problem-type:payments:timeout",
]
