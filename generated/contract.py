"""The types of generated modules: rows of the catalogue, operations, callers, answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

A_contra = TypeVar("A_contra", contravariant=True)
M = TypeVar("M", bound=BaseModel)
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Consumer:
    """One reaction: `service` receives `event` through `channel`."""

    service: str
    channel: str
    event: str
    delivery: Literal["queue", "invoke"]
    delayed: bool

    @property
    def slug(self) -> str:
        return self.channel.replace(".", "-")

    @property
    def queue(self) -> str:
        """The queue's name without the stack's prefix; its DLQ adds `-dlq`."""
        return f"{self.service}--{self.slug}"


@dataclass(frozen=True, slots=True)
class Event:
    """One row of the catalogue."""

    type: str
    producer: str
    retryable: bool
    consumers: tuple[Consumer, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operation."""

    field: str
    name: str
    location: Literal["path", "query", "header"]
    integer: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    operation_id: str
    method: str
    path: str
    service: str
    roles: tuple[str, ...]
    sandbox_open: bool
    authenticated: bool


@dataclass(frozen=True, slots=True)
class Caller:
    """The sender of a request: `user_id` and roles from the identity token, empty without one."""

    user_id: str
    roles: frozenset[str]
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Answer(Generic[T_co]):
    """A successful answer to a request."""

    body: T_co
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


class Request(Protocol):
    """A request before it is read; reading raises handlers.core.problem.Problem."""

    def parameters(self, model: type[M]) -> M:
        """Return path, query and header parameters."""
        ...

    def body(self, model: type[M]) -> M:
        """Return the body."""
        ...


@dataclass(frozen=True, slots=True)
class Route(Generic[A_contra]):
    """How to serve an operation: read the request and call the method of the service's API class."""

    operation: Operation
    call: Callable[[A_contra, Caller, Request], Answer[BaseModel]]
    parameters: tuple[Parameter, ...] = ()
