"""What API Gateway answers when it refuses a request itself: a problem document."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from generated.problem_types import ProblemType
from handlers.core.problem import Problem

MEDIA_TYPE: Final = "application/problem+json"
NOT_STORED: Final = {"Cache-Control": "no-store"}
BEARER: Final = {"WWW-Authenticate": "Bearer"}
WAIT: Final = {"Retry-After": "1"}

NOT_FOUND: Final = "urn:problem-type:payments:not-found"
UNAUTHENTICATED: Final = "urn:problem-type:payments:unauthenticated"
FORBIDDEN: Final = "urn:problem-type:payments:forbidden"
MALFORMED_REQUEST: Final = "urn:problem-type:payments:malformed-request"
PAYLOAD_TOO_LARGE: Final = "urn:problem-type:payments:payload-too-large"
UNSUPPORTED_MEDIA_TYPE: Final = "urn:problem-type:payments:unsupported-media-type"
TOO_MANY_REQUESTS: Final = "urn:problem-type:payments:too-many-requests"
INTERNAL_ERROR: Final = "urn:problem-type:payments:internal-error"
UNAVAILABLE: Final = "urn:problem-type:payments:temporarily-unavailable"
TIMEOUT: Final = "urn:problem-type:payments:timeout"
STATUSES: Final[Mapping[ProblemType, int]] = {
    NOT_FOUND: 404,
    UNAUTHENTICATED: 401,
    FORBIDDEN: 403,
    MALFORMED_REQUEST: 400,
    PAYLOAD_TOO_LARGE: 413,
    UNSUPPORTED_MEDIA_TYPE: 415,
    TOO_MANY_REQUESTS: 429,
    INTERNAL_ERROR: 500,
    UNAVAILABLE: 503,
    TIMEOUT: 504,
}

SIGN_IN: Final = "Send a valid identity token in the Authorization header."
NO_OPERATION: Final = "The API has no such operation. Check the path and the method."
NOT_ALLOWED: Final = "These credentials do not allow this operation."
BAD_API_KEY: Final = "Send the x-api-key that was given to you."
MALFORMED: Final = "The request cannot be understood. Compare it with the API's reference."
TOO_LARGE: Final = "Send at most 16384 bytes."
NOT_JSON: Final = "Send the body as application/json."
TOO_FAST: Final = "Wait a moment and send the request again."
QUOTA: Final = "The quota of this client is used up. Wait until it is renewed."
BROKEN: Final = "Something broke on our side. Send the request again with the same Idempotency-Key."
BUSY: Final = "Wait a moment and send the request again with the same Idempotency-Key."


@dataclass(frozen=True, slots=True)
class Refusal:
    """A response of API Gateway's own, by its type there."""

    kind: str
    problem: ProblemType
    detail: str
    headers: Mapping[str, str] | None = None

    @property
    def title(self) -> str:
        """The logical id, in short: `EXPIRED_TOKEN` -> `ExpiredToken`."""
        return self.kind.title().replace("_", "")


# Methods are authorized by Cognito only. So a request that API Gateway tries to authenticate in the
# manner of AWS (missing or invalid signatures, and the unspecific 4XX that a bearer token causes
# there) has met no operation.
REFUSALS: Final = (
    Refusal("DEFAULT_4XX", NOT_FOUND, NO_OPERATION),
    Refusal("MISSING_AUTHENTICATION_TOKEN", NOT_FOUND, NO_OPERATION),
    Refusal("INVALID_SIGNATURE", NOT_FOUND, NO_OPERATION),
    Refusal("RESOURCE_NOT_FOUND", NOT_FOUND, NO_OPERATION),
    Refusal("UNAUTHORIZED", UNAUTHENTICATED, SIGN_IN, BEARER),
    Refusal("EXPIRED_TOKEN", UNAUTHENTICATED, SIGN_IN, BEARER),
    Refusal("ACCESS_DENIED", FORBIDDEN, NOT_ALLOWED),
    Refusal("INVALID_API_KEY", FORBIDDEN, BAD_API_KEY),
    Refusal("BAD_REQUEST_BODY", MALFORMED_REQUEST, MALFORMED),
    Refusal("BAD_REQUEST_PARAMETERS", MALFORMED_REQUEST, MALFORMED),
    Refusal("REQUEST_TOO_LARGE", PAYLOAD_TOO_LARGE, TOO_LARGE),
    Refusal("UNSUPPORTED_MEDIA_TYPE", UNSUPPORTED_MEDIA_TYPE, NOT_JSON),
    Refusal("THROTTLED", TOO_MANY_REQUESTS, TOO_FAST, WAIT),
    Refusal("QUOTA_EXCEEDED", TOO_MANY_REQUESTS, QUOTA),
    Refusal("DEFAULT_5XX", INTERNAL_ERROR, BROKEN),
    Refusal("API_CONFIGURATION_ERROR", INTERNAL_ERROR, BROKEN),
    Refusal("AUTHORIZER_CONFIGURATION_ERROR", INTERNAL_ERROR, BROKEN),
    Refusal("AUTHORIZER_FAILURE", UNAVAILABLE, BUSY, WAIT),
    Refusal("INTEGRATION_FAILURE", UNAVAILABLE, BUSY, WAIT),
    Refusal("INTEGRATION_TIMEOUT", TIMEOUT, BUSY),
)


def response(refusal: Refusal) -> dict[str, Any]:
    """The gateway response for a refusal, in the words of OpenAPI's extension."""
    problem = Problem(refusal.problem, STATUSES[refusal.problem], refusal.detail)
    headers = {"Content-Type": MEDIA_TYPE, **NOT_STORED, **(refusal.headers or {})}
    return {
        "statusCode": str(problem.status),
        "responseParameters": {
            f"gatewayresponse.header.{name}": f"'{value}'" for name, value in headers.items()
        },
        "responseTemplates": {"application/json": json.dumps(problem.document())},
    }
