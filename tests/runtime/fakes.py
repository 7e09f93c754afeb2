"""Fake clients of AWS: a test specifies their answers, and they record their calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

Calls = list[tuple[str, dict[str, Any]]]


def refusal(code: str, *, status: int = 400, **response: Any) -> ClientError:
    """Return what botocore raises when AWS refuses a call."""
    answer: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **response,
    }
    return ClientError(answer, "Operation")


def cancelled(*codes: str) -> ClientError:
    """Return the error of a cancelled transaction, with a code per item."""
    reasons = [{"Code": code} for code in codes]
    return refusal("TransactionCanceledException", CancellationReasons=reasons)


@dataclass(frozen=True, slots=True)
class Meta:
    endpoint_url: str = "https://sqs.test"


class Fake:
    """A fake with the types of the real clients: the only place where tests claim them."""

    @property
    def dynamodb(self) -> DynamoDBClient:
        return cast("DynamoDBClient", self)

    @property
    def sqs(self) -> SQSClient:
        return cast("SQSClient", self)

    @property
    def events(self) -> EventBridgeClient:
        return cast("EventBridgeClient", self)


@dataclass
class Client(Fake):
    """A client with an answer for each operation, by default {}; an exception is raised."""

    answers: dict[str, Callable[[dict[str, Any]], Any]] = field(default_factory=dict)
    calls: Calls = field(default_factory=list)
    meta: Meta = field(default_factory=Meta)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            self.calls.append((operation, request))
            answer = self.answers.get(operation, always({}))(request)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call

    def asked(self, operation: str) -> list[dict[str, Any]]:
        return [request for name, request in self.calls if name == operation]


def always(answer: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda _request: answer


def in_turn(*answers: Any) -> Callable[[dict[str, Any]], Any]:
    """Return one answer per call, and the last one from then on."""
    left = list(answers)
    return lambda _request: left.pop(0) if len(left) > 1 else left[0]


@dataclass
class Wrapped(Fake):
    """A client of DynamoDB behind which another one does the work, and `call` may interfere."""

    real: DynamoDBClient

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **request: self.call(
            operation, lambda: getattr(self.real, operation)(**request), request
        )

    def call(self, operation: str, real: Callable[[], Any], request: dict[str, Any]) -> Any:
        """Answer one call; `real` makes it."""
        raise NotImplementedError


class AnswerLost(Wrapped):
    """A client whose first answer to each write is lost, so botocore sends the write again.

    A transaction carries a token, so DynamoDB applies it once.
    """

    def call(self, operation: str, real: Callable[[], Any], request: dict[str, Any]) -> Any:
        if operation in ("put_item", "update_item"):
            real()
        return real()
