"""Requests and answers of the simulated gateway, as in specs/gateway.openapi.yaml.

The simulator plays another company: it checks requests against the contract itself, not with the
models that were generated for its client.
"""

import hmac
import json
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from infra.local.simulator.ledger import Asked, Decision

BODY_BYTES_MAX: Final = 16_384
ERRORS_MAX: Final = 50
_SPECS: Final = Path(__file__).parents[3] / "specs"
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

Slug = Literal[
    "malformed-request",
    "idempotency-key-missing",
    "unauthenticated",
    "charge-not-found",
    "not-found",
    "method-not-allowed",
    "key-cancelled",
    "payload-too-large",
    "unsupported-media-type",
    "validation-failed",
    "idempotency-key-reused",
    "internal-error",
    "unavailable",
]
_PROBLEMS: Final[dict[Slug, tuple[int, str]]] = {
    "malformed-request": (400, "The request is malformed"),
    "idempotency-key-missing": (400, "Idempotency-Key is missing"),
    "unauthenticated": (401, "Authentication is needed"),
    "charge-not-found": (404, "No charge has this key"),
    "not-found": (404, "Not found"),
    "method-not-allowed": (405, "The method is not allowed"),
    "key-cancelled": (409, "The key is cancelled"),
    "payload-too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The media type is not supported"),
    "validation-failed": (422, "The request is not valid"),
    "idempotency-key-reused": (422, "The Idempotency-Key belongs to another request"),
    "internal-error": (500, "Something broke"),
    "unavailable": (503, "The gateway is down"),
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field."""

    field: str
    message: str


class ProblemError(Exception):
    """A request ends in this problem of the contract."""

    def __init__(self, slug: Slug, detail: str, *errors: FieldError) -> None:
        super().__init__(detail)
        self.slug: Slug = slug
        self.detail = detail
        self.errors = errors


def problem_response(problem: ProblemError) -> Response:
    """RFC 9457."""
    status, title = _PROBLEMS[problem.slug]
    document: dict[str, Any] = {
        "type": f"urn:problem-type:gateway:{problem.slug}",
        "title": title,
        "status": status,
        "detail": problem.detail,
    }
    if problem.errors:
        document["errors"] = [asdict(error) for error in problem.errors]
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return Response(json.dumps(document), status, headers, "application/problem+json")


def on_problem(_request: Request, problem: Exception) -> Response:
    assert isinstance(problem, ProblemError)
    return problem_response(problem)


def on_http_exception(_request: Request, fault: Exception) -> Response:
    """Paths and methods that the contract does not have."""
    assert isinstance(fault, HTTPException)
    if fault.status_code == 405:
        slug: Slug = "method-not-allowed"
    else:
        slug = "not-found" if fault.status_code == 404 else "malformed-request"
    response = problem_response(ProblemError(slug, "See the gateway's contract."))
    response.headers.update(fault.headers or {})
    return response


def on_bug(_request: Request, _fault: Exception) -> Response:
    """The server logs it."""
    return problem_response(
        ProblemError("internal-error", "The outcome is unknown. Inquire by the key.")
    )


def outcome(decision: Decision) -> dict[str, Any]:
    """ApprovedCharge, DeclinedCharge or CancelledKey."""
    document: dict[str, Any] = {
        "status": decision.status,
        "idempotency_key": decision.idempotency_key,
        "created_at": decision.created_at,
    }
    if decision.asked is not None:
        asked = decision.asked
        document["charge_id"] = decision.charge_id
        document["amount"] = {"value": asked.value, "currency": asked.currency}
    if decision.decline_code is not None:
        document["decline_code"] = decision.decline_code
    return document


def check_api_key(request: Request, api_key: str) -> None:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    sent = credentials.strip().encode()
    if scheme.lower() != "bearer" or not hmac.compare_digest(sent, api_key.encode()):
        detail = "Send your API key in the Authorization header, after the word Bearer."
        raise ProblemError("unauthenticated", detail)


def key_of_path(request: Request) -> str:
    return _checked_key(str(request.path_params["idempotency_key"]), "idempotency_key")


async def charge_request(request: Request) -> Asked:
    """Read and check a charge request. Raises ProblemError."""
    sent_key = request.headers.get("idempotency-key")
    if sent_key is None:
        raise ProblemError(
            "idempotency-key-missing",
            "Send the payment's id as the Idempotency-Key header.",
            FieldError("Idempotency-Key", "is required"),
        )
    key = _checked_key(sent_key, "Idempotency-Key")
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise ProblemError("unsupported-media-type", "Send the body as application/json.")
    body = json_body(await _read(request))
    errors = [_field_error(error) for error in _charge_schema().iter_errors(body)][:ERRORS_MAX]
    if errors:
        detail = f"{len(errors)} field{'s are' if len(errors) > 1 else ' is'} not valid."
        raise ProblemError("validation-failed", detail, *errors)
    return Asked(
        idempotency_key=key,
        value=int(body["amount"]["value"]),  # 5.0 is an integer to JSON Schema
        currency=body["amount"]["currency"],
        payee=body["payee"],
        reference=body["reference"],
    )


def json_body(body: bytes) -> Any:
    """The JSON of a body, without the liberties that Python's reader takes."""
    try:
        return json.loads(body.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ProblemError(
            "malformed-request",
            "Send one JSON object as the body.",
            FieldError("body", "is not valid JSON"),
        ) from None


async def _read(request: Request) -> bytes:
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                raise ProblemError("payload-too-large", f"Send at most {BODY_BYTES_MAX} bytes.")
    except ClientDisconnect:
        raise ProblemError("malformed-request", "The request ended too early.") from None
    return bytes(body)


def _checked_key(key: str, field: str) -> str:
    if not _KEY.fullmatch(key):
        raise ProblemError(
            "malformed-request",
            "Send a key of 1 to 64 letters, digits, hyphens and underscores.",
            FieldError(field, f"does not match {_KEY.pattern}"),
        )
    return key


def _field_error(error: ValidationError) -> FieldError:
    path = ".".join(str(part) for part in error.absolute_path) or "body"
    return FieldError(path, error.message[:200])


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


@cache
def _charge_schema() -> Draft202012Validator:
    # The addresses are names only: nothing is ever fetched.
    names = ("gateway.openapi.yaml", "schemas/common.yaml")
    registry: Registry[Any] = Registry().with_resources(
        (
            f"file:///specs/{name}",
            DRAFT202012.create_resource(yaml.safe_load((_SPECS / name).read_text())),
        )
        for name in names
    )
    schema = {"$ref": "file:///specs/gateway.openapi.yaml#/components/schemas/ChargeRequest"}
    return Draft202012Validator(schema, registry=registry)
