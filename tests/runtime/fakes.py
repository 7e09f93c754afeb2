"""Clients of AWS that do what a test says, and remember what they were asked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

Calls = list[tuple[str, dict[str, Any]]]


def refusal(code: str, *, status: int = 400, **response: Any) -> ClientError:
    """What botocore raises when AWS refuses a call."""
    answer: Any = {
        "Error": {"Code": code, "Message": code},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **response,
    }
    return ClientError(answer, "Operation")


def cancelled(*codes: str) -> ClientError:
    """A transaction that did not happen, with a code per item."""
    reasons = [{"Code": code} for code in codes]
    return refusal("TransactionCanceledException", CancellationReasons=reasons)


@dataclass(frozen=True, slots=True)
class Meta:
    endpoint_url: str = "https://sqs.test"


@dataclass
class Client:
    """Answers each operation as `answers` says (an exception is raised), by default with {}."""

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
    """One answer per call; the last one for ever."""
    left = list(answers)
    return lambda _request: left.pop(0) if len(left) > 1 else left[0]


class AnswerLost:
    """A client whose first answer to each write is lost after it was applied, so botocore tries
    again. A transaction carries a token, so DynamoDB applies it once.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, operation: str) -> Any:
        call = getattr(self._client, operation)
        if operation not in ("put_item", "update_item", "send_message"):
            return call

        def twice(**request: Any) -> Any:
            call(**request)
            return call(**request)

        return twice
