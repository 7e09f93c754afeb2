"""Serve the operations of one service behind API Gateway (REST, Lambda proxy).

Every answer is a model of the contract or an RFC 9457 problem, whatever breaks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel

from generated.contract import Answer, Caller, Operation, Route
from handlers.core.errors import Failure
from handlers.core.identity import derived
from handlers.core.problem import Problem, method_not_allowed, not_found
from handlers.runtime.request import api_request
from handlers.runtime.settings import Settings
from handlers.runtime.telemetry import logger

A = TypeVar("A")
Event: TypeAlias = Mapping[str, Any]
Response: TypeAlias = dict[str, Any]

CORRELATION_CHARS_MAX = 64
# Nothing else of a path is logged: a caller could have pasted a secret there.
ID_IN_PATH = re.compile(r"(pay|fev)_[a-z2-7]{26}")


@dataclass(frozen=True, slots=True)
class Server(Generic[A]):
    """Serves `routes` with the methods of `api`, which has one per operation."""

    routes: Mapping[tuple[str, str], Route[A]]
    api: A
    sandbox: bool
    audience: str  # the client whose tokens are meant for us; API Gateway does not compare it

    def serve(self, event: Event) -> Response:
        """Return the answer to one request, as API Gateway expects it."""
        try:
            return self._served(event)
        except Problem as problem:
            return _refused(event, problem)
        except Failure as failure:
            logger.warning(str(failure), extra=_context(event))
            return _refused(event, _unavailable())
        except Exception:  # noqa: BLE001 - the caller must get a problem document, whatever broke
            logger.exception("bug", extra=_context(event))
            return _refused(event, _internal_error())

    def _served(self, event: Event) -> Response:
        route = self.routes.get((event["httpMethod"], event["resource"]))
        if route is None:
            raise self._no_route(event)
        caller = _caller(event, route.operation, self.audience)
        self._authorize(caller, route.operation)
        request = api_request(event, route.parameters)
        answer = route.call(self.api, caller, request)
        logger.info(route.operation.operation_id, extra=_context(event) | {"status": answer.status})
        return _answered(event, route, answer)

    def _no_route(self, event: Event) -> Problem:
        allowed = sorted(method for method, path in self.routes if path == event["resource"])
        if allowed:
            return method_not_allowed(allowed)
        return not_found(f"There is no {event['httpMethod']} {event.get('path', '')}.")

    def _authorize(self, caller: Caller, operation: Operation) -> None:
        """Raises Problem 403 when the caller has none of the operation's roles."""
        if not operation.roles or caller.roles.intersection(operation.roles):
            return
        if self.sandbox and operation.sandbox_open:
            return
        needed = " or ".join(operation.roles)
        raise Problem(
            "urn:problem-type:payments:forbidden", 403, f"This operation needs the role {needed}."
        )


def serving(routes: Mapping[tuple[str, str], Route[A]], api: A, settings: Settings) -> Server[A]:
    """Return a server as infra/template configures it. Raises SettingMissingError."""
    return Server(routes, api, settings.flag("SANDBOX"), settings.text("AUDIENCE"))


def _caller(event: Event, operation: Operation, audience: str) -> Caller:
    """Return who calls, as the authorizer verified it.

    Raises Problem 401 when a user is required and missing, or the token is for another audience.
    """
    context = event.get("requestContext") or {}
    claims = (context.get("authorizer") or {}).get("claims") or {}
    user_id = claims.get("sub", "")
    if operation.authenticated and not (user_id and claims.get("aud") == audience):
        raise Problem(
            "urn:problem-type:payments:unauthenticated",
            401,
            "Send a valid identity token in the Authorization header.",
        )
    return Caller(
        user_id=user_id,
        roles=frozenset(_groups(claims.get("cognito:groups", ""))),
        correlation_id=_correlation_id(context.get("requestId", "")),
    )


def _groups(value: object) -> list[str]:
    """Return the groups of a claim: text with commas or a printed list, by kind of authorizer."""
    if isinstance(value, list):
        return [str(group) for group in value]
    return str(value).strip("[]").replace(",", " ").split()


def _correlation_id(request_id: str) -> str:
    usable = "".join(c for c in request_id if c.isascii() and (c.isalnum() or c in "-_"))
    return usable[:CORRELATION_CHARS_MAX] or derived("cor", request_id)


def _answered(event: Event, route: Route[A], answer: Answer[BaseModel]) -> Response:
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store", **answer.headers}
    if "Location" in headers:
        headers["Location"] = _base_path(event, route) + headers["Location"]
    return {
        "statusCode": answer.status,
        "headers": headers,
        "body": answer.body.model_dump_json(exclude_none=True),
    }


def _base_path(event: Event, route: Route[A]) -> str:
    """Return what precedes the operation's path: the stage, or a custom domain's base path."""
    full = (event.get("requestContext") or {}).get("path", "")
    own = route.operation.path
    for name, value in (event.get("pathParameters") or {}).items():
        own = own.replace(f"{{{name}}}", value)
    base: str = full.removesuffix(own)
    return base if base != full else ""


def _refused(event: Event, problem: Problem) -> Response:
    logger.info(
        "refused",
        extra=_context(event) | {"status": problem.status, "problem": problem.problem_type},
    )
    return {
        "statusCode": problem.status,
        "headers": {
            "Content-Type": "application/problem+json",
            "Cache-Control": "no-store",
            **problem.headers,
        },
        "body": json.dumps(problem.document()),
    }


def _context(event: Event) -> dict[str, Any]:
    context = event.get("requestContext") or {}
    claims = (context.get("authorizer") or {}).get("claims") or {}
    return {
        "method": event.get("httpMethod"),
        "resource": event.get("resource"),
        "user_id": claims.get("sub"),
        "correlation_id": _correlation_id(context.get("requestId", "")),
    } | {
        name: value
        for name, value in (event.get("pathParameters") or {}).items()
        if name in ("payment_id", "failed_event_id") and ID_IN_PATH.fullmatch(value)
    }


def _unavailable() -> Problem:
    return Problem(
        "urn:problem-type:payments:temporarily-unavailable",
        503,
        "Wait a moment and send the request again with the same Idempotency-Key.",
    )


def _internal_error() -> Problem:
    return Problem(
        "urn:problem-type:payments:internal-error",
        500,
        "Something broke on our side. Send the request again with the same Idempotency-Key.",
    )
