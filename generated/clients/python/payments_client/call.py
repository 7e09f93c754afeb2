"""An operation with its arguments, ready to be sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

A = TypeVar("A", bound=BaseModel)
KEY_HEADER: Final = "Idempotency-Key"


@dataclass(frozen=True, slots=True)
class Call(Generic[A]):
    """A call; `answer` is the model of its successful answer."""

    method: str
    path: str
    answer: type[A]
    repeatable: bool
    """Whether sending it twice has the same effect as sending it once."""
    authenticated: bool = True
    places: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str | int | None] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: BaseModel | None = None

    @property
    def idempotency_key(self) -> str | None:
        return self.headers.get(KEY_HEADER)

    @property
    def url(self) -> str:
        """The path with its parameters filled in, relative to the base URL."""
        return self.path.format_map({k: quote(v, safe="") for k, v in self.places.items()})

    @property
    def parameters(self) -> dict[str, str | int]:
        return {name: value for name, value in self.query.items() if value is not None}

    def headers_with(self, token: str | None, user_agent: str) -> dict[str, str]:
        """Return the headers of the request."""
        given = {name: value for name, value in self.headers.items() if value is not None}
        given |= {"Accept": "application/json", "User-Agent": user_agent}
        if self.body is not None:
            given["Content-Type"] = "application/json"
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        return given

    @property
    def content(self) -> str | None:
        """The body as JSON, without absent fields: the API refuses null."""
        return None if self.body is None else self.body.model_dump_json(exclude_none=True)


def key(given: str | None) -> str:
    """Return the caller's Idempotency-Key, or a new one."""
    return str(uuid.uuid4()) if given is None else given
