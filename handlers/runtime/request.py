"""Read a request of API Gateway into models of the contract, or name each field that is wrong."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from generated.contract import Parameter
from handlers.core.problem import FieldError, Problem, invalid
from handlers.core.strict_json import StrictJsonError, strict_json

BODY_BYTES_MAX: Final = 16_384
NESTING_LEVELS_MAX: Final = 32  # the contract needs three
INTEGER = re.compile(r"-?[0-9]{1,18}")
IDEMPOTENCY_KEY: Final = "Idempotency-Key"
# A string of RFC 8941, as the IETF draft of the Idempotency-Key header wants the key.
QUOTED_KEY: Final = re.compile(r'"((?:[^"\\]|\\["\\])+)"')
NO_CODING: Final = frozenset({"", "identity"})

Event = Mapping[str, Any]
M = TypeVar("M", bound=BaseModel)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request of API Gateway to an operation that declares these parameters."""

    event: Event
    declared: tuple[Parameter, ...]

    def parameters(self, model: type[M]) -> M:
        """Return path, query and header parameters.

        Raises Problem 400 naming each that is wrong.
        """
        given = self._given()
        if any(p.name == IDEMPOTENCY_KEY and p.field not in given for p in self.declared):
            raise Problem(
                "urn:problem-type:payments:idempotency-key-missing",
                400,
                "Send an Idempotency-Key header, such as a random UUID, and repeat it on retries.",
                (FieldError(IDEMPOTENCY_KEY, "is required"),),
            )
        try:
            return _unquoted(model.model_validate(given))
        except ValidationError as error:
            names = {p.field: p.name for p in self.declared}
            raise invalid(400, field_errors(error, names)) from error

    def _given(self) -> dict[str, str | int]:
        sources = {
            "query": self.event.get("queryStringParameters") or {},
            "header": _headers(self.event, self.declared),
            "path": self.event.get("pathParameters") or {},
        }
        found = {p: sources[p.location].get(_key(p)) for p in self.declared}
        return {p.field: _value(p, value) for p, value in found.items() if value is not None}

    def body(self, model: type[M]) -> M:
        """Return the request's body. Raises Problem 400, 413, 415 or 422."""
        headers = lower_case(self.event.get("headers"))
        if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _unsupported("Send the body as application/json.")
        if headers.get("content-encoding", "").strip().lower() not in NO_CODING:
            raise _unsupported("Send the body without a Content-Encoding.")
        text = _text(self.event)
        nulls = _nulls(_json(text), "")
        if nulls:
            raise invalid(422, [FieldError(field, "must not be null") for field in nulls])
        try:
            return model.model_validate_json(text)
        except ValidationError as error:
            raise invalid(422, field_errors(error, {})) from error


def api_request(event: Event, declared: tuple[Parameter, ...]) -> ApiRequest:
    """Return the request.

    Raises Problem 400 for a query parameter that is not declared or is given twice, even where the
    operation reads no parameters.
    """
    known = {p.name for p in declared if p.location == "query"}
    many: Mapping[str, list[str]] = event.get("multiValueQueryStringParameters") or {}
    wrong = [
        FieldError(name, "is not a parameter of this operation")
        for name in many
        if name not in known
    ]
    wrong += [FieldError(n, "is given more than once") for n, v in many.items() if len(v) > 1]
    if wrong:
        raise invalid(400, wrong)
    return ApiRequest(event, declared)


def _headers(event: Event, parameters: tuple[Parameter, ...]) -> Mapping[str, str]:
    """The headers, each parameter among them once: two different keys contradict each other."""
    many = lower_case(event.get("multiValueHeaders"))
    wrong = [
        FieldError(p.name, "is given more than once")
        for p in parameters
        if p.location == "header" and len(many.get(_key(p), ())) > 1
    ]
    if wrong:
        raise invalid(400, wrong)
    return lower_case(event.get("headers"))


def _key(parameter: Parameter) -> str:
    """Where a source holds the parameter: names of headers ignore case."""
    return parameter.name.lower() if parameter.location == "header" else parameter.name


def _unquoted(parameters: M) -> M:
    """Return the parameters with the bare key: a quoted key is the same key."""
    quoted = QUOTED_KEY.fullmatch(getattr(parameters, "idempotency_key", ""))
    if quoted is None:
        return parameters
    bare = re.sub(r'\\(["\\])', r"\1", quoted[1])
    return parameters.model_copy(update={"idempotency_key": bare})


def _unsupported(detail: str) -> Problem:
    return Problem(
        "urn:problem-type:payments:unsupported-media-type",
        415,
        detail,
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
    )


def _value(parameter: Parameter, value: str) -> str | int:
    return int(value) if parameter.integer and INTEGER.fullmatch(value) else value


def lower_case(headers: Mapping[str, V] | None) -> dict[str, V]:
    return {name.lower(): value for name, value in (headers or {}).items()}


def _text(event: Event) -> bytes:
    body = event.get("body") or ""
    try:
        raw = (
            base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
        )
    except ValueError as error:  # not base64, or a lone surrogate
        raise _malformed("is not valid UTF-8") from error
    if len(raw) > BODY_BYTES_MAX:
        raise Problem(
            "urn:problem-type:payments:payload-too-large",
            413,
            f"Send at most {BODY_BYTES_MAX} bytes.",
        )
    return raw


def _json(text: bytes) -> object:
    try:
        return strict_json(text)
    except StrictJsonError as error:
        raise _malformed(str(error)) from error


def _malformed(what: str) -> Problem:
    return Problem(
        "urn:problem-type:payments:malformed-request",
        400,
        f"The body {what}.",
        (FieldError("body", what),),
    )


def _nulls(value: object, path: str, levels: int = 0) -> list[str]:
    """Return the paths of nulls: no field of the contract may be null, absent is absent.

    Raises Problem 400 for nesting without end.
    """
    if levels > NESTING_LEVELS_MAX:
        raise _malformed("is nested too deeply")
    if value is None:
        return [path or "body"]
    inner: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    return [
        null
        for name, item in inner
        for null in _nulls(item, f"{path}.{name}" if path else str(name), levels + 1)
    ]


def field_errors(error: ValidationError, names: Mapping[str, str]) -> list[FieldError]:
    """Return one entry per wrong field, without its value."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return [
        FieldError(
            names.get(path, path) or "body",
            e["msg"][:1].lower() + e["msg"][1:],
        )
        for e in found
        for path in [".".join(str(step) for step in e["loc"] if step != "[key]")]
    ]
