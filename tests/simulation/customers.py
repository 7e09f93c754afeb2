"""Customers who deposit, pay and repeat requests, and operators who review failed events.

They use the API as any client does, and check its answers.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Final

from tests.builders import reads_of_a_payment
from tests.simulation.bodies import Operation, filled, shown
from tests.simulation.cloud.stack import AUDIENCE
from tests.simulation.kernel import Kernel
from tests.simulation.lambdas import Lambdas
from tests.simulation.streams import Streams

OPERATOR: Final = "operator-1"
PATIENCE_S: Final = 10.0
SERVER_ERROR: Final = 500
PAGES_MAX: Final = 50
PAY: Final = ("POST", "/payments")
DEPOSIT: Final = ("POST", "/wallets/{currency}/deposits")
PAYMENT: Final = "/payments/{payment_id}"
# What else is read by the id of a payment.
OF_A_PAYMENT: Final = tuple(o.path for o in reads_of_a_payment() if o.path != PAYMENT)
POISON_NOTE: Final = "not an event"


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `template` is its path with parameters in braces."""

    method: str
    template: str
    user: str
    role: str = ""
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    body: Mapping[str, Any] | None = None

    def event(self, request_id: str) -> dict[str, Any]:
        """Return the request as API Gateway passes it to a function."""
        full = self.template
        for name, value in self.path.items():
            full = full.replace(f"{{{name}}}", value)
        headers = {"Content-Type": "application/json"} if self.body is not None else {}
        if self.key:
            headers["Idempotency-Key"] = self.key
        query = dict(self.query)
        claims = {"sub": self.user, "aud": AUDIENCE, "cognito:groups": self.role}
        return {
            "httpMethod": self.method,
            "resource": self.template,
            "path": full,
            "headers": headers,
            "pathParameters": dict(self.path) or None,
            "queryStringParameters": query or None,
            "multiValueQueryStringParameters": {n: [v] for n, v in query.items()} or None,
            "body": json.dumps(self.body) if self.body is not None else None,
            "isBase64Encoded": False,
            "requestContext": {
                "requestId": request_id,
                "path": f"/v1{full}",
                "authorizer": {"claims": claims},
            },
        }


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any
    headers: Mapping[str, str]


class Api:
    """The API as clients see it: there is no answer after a crash, so they send again."""

    def __init__(
        self,
        kernel: Kernel,
        lambdas: Lambdas,
        functions: Mapping[tuple[str, str], str],
        problem: Callable[[str], None],
    ) -> None:
        self._kernel, self._lambdas = kernel, lambdas
        self._functions, self._problem = functions, problem
        self._count = 0
        self.waiting = 0

    def send(self, request: Request, then: Callable[[Answer], None]) -> None:
        """Send a request until its answer is not a 5xx."""
        self.waiting += 1
        self._try(request, then)

    def _try(self, request: Request, then: Callable[[Answer], None]) -> None:
        self._count += 1
        function = self._functions[(request.method, request.template)]

        def done(answer: Any) -> None:
            if isinstance(answer, BaseException):
                if isinstance(answer, Exception):
                    self._problem(f"{function} raised {answer!r}")
                self._kernel.at(PATIENCE_S, lambda: self._try(request, then))
                return
            self._answered(function, request, answer, then)

        self._lambdas.invoke(function, request.event(f"req-{self._count}"), done)

    def _answered(
        self, function: str, request: Request, answer: Any, then: Callable[[Answer], None]
    ) -> None:
        status = answer["statusCode"]
        body = json.loads(answer["body"])
        if status == SERVER_ERROR:
            self._problem(f"{function} answered 500: a bug that it caught")
        if status >= SERVER_ERROR:
            self._kernel.at(PATIENCE_S, lambda: self._try(request, then))
            return
        self.waiting -= 1
        then(Answer(status, body, answer["headers"]))


@dataclass(slots=True)
class Promise:
    """What the API has answered to one key: always the same payment or deposit, for one body."""

    user: str
    body: Mapping[str, Any] | None = None
    id: str | None = None


class Customers:
    """They send some requests twice, at once or later, and some of these with another body."""

    def __init__(
        self, api: Api, kernel: Kernel, streams: Streams, problem: Callable[[str], None]
    ) -> None:
        self._api, self._kernel, self._streams, self._problem = api, kernel, streams, problem
        self.promises: dict[tuple[str, str], Promise] = {}
        self.deposits: dict[str, Promise] = {}

    def deposit(self, key: str, body: Mapping[str, Any]) -> None:
        """Deposit into a user's wallet as an operator, sometimes into another one concurrently.

        Only one of the deposits with the same key is made.
        """
        promise = self.deposits.setdefault(key, Promise(OPERATOR))
        self._send_deposit(promise, key, body)
        if self._streams.of(f"{OPERATOR} {key}").random() < 0.1:
            self._send_deposit(promise, key, {**body, "user_id": OPERATOR})

    def _send_deposit(self, promise: Promise, key: str, body: Mapping[str, Any]) -> None:
        request = Request(
            *(*DEPOSIT, OPERATOR, "operator"),
            path={"currency": body["amount"]["currency"]},
            key=key,
            body=body,
        )
        self._api.send(request, lambda answer: self._deposited(promise, request, answer))

    def _deposited(self, promise: Promise, request: Request, answer: Answer) -> None:
        first = promise.id is None
        if self._is_kept(promise, request, answer, "deposit_id") and first:
            again = replace(request, body=another(request.body or {}))
            self._api.send(again, self._refused)

    def pay(self, user: str, key: str, body: Mapping[str, Any]) -> None:
        """Request a payment, sometimes twice concurrently; the same key means the same payment."""
        promise = self.promises.setdefault((user, key), Promise(user))
        self._request(promise, key, body)
        random = self._random_of(promise, key)
        if random.random() < 0.1:
            self._request(promise, key, body if random.random() < 0.5 else another(body))

    def _random_of(self, promise: Promise, key: str) -> Random:
        return self._streams.of(f"{promise.user} {key}")

    def _request(self, promise: Promise, key: str, body: Mapping[str, Any]) -> None:
        request = Request(*PAY, promise.user, key=key, body=body)
        self._api.send(request, lambda answer: self._paid(promise, request, answer))

    def _paid(self, promise: Promise, request: Request, answer: Answer) -> None:
        if not self._is_kept(promise, request, answer, "payment_id"):
            return
        if answer.body["status"] != "pending":
            self._problem(f"payment {request.key} was answered with {answer.body}")
        if self._random_of(promise, request.key).random() < 0.1:
            self._repeat(promise, request.key)

    def _is_kept(self, promise: Promise, request: Request, answer: Answer, name: str) -> bool:
        """Check that a key is accepted for one body only, and always with the same answer."""
        if is_reused(answer) and promise.body != request.body:
            return False
        if answer.status != 201:
            self._problem(f"{request} was answered with {answer.status} {answer.body}")
            return False
        if not is_of(answer.body, request.body or {}, (request.method, request.template)):
            self._problem(f"{request} was answered with {answer.body}")
        if (promise.id or answer.body[name]) != answer.body[name]:
            self._problem(f"key {request.key} names {promise.id} and {answer.body[name]}")
        if promise.body not in (None, request.body):
            self._problem(f"key {request.key} was accepted with {promise.body} and {request.body}")
        promise.body, promise.id = request.body, answer.body[name]
        return True

    def _repeat(self, promise: Promise, key: str) -> None:
        """Send a key again: with the same body, or with another one, which is refused."""
        random = self._random_of(promise, key)
        delay_s = 60.0 * random.random()
        body = promise.body or {}
        if random.random() < 0.5:
            self._kernel.at(delay_s, lambda: self._request(promise, key, body))
            return
        request = Request(*PAY, promise.user, key=key, body=another(body))
        self._kernel.at(delay_s, lambda: self._api.send(request, self._refused))

    def _refused(self, answer: Answer) -> None:
        if not is_reused(answer):
            self._problem(
                f"a key with another body was answered with {answer.status} {answer.body}"
            )

    def read(self, user: str) -> None:
        """Read everything that a user may read, and a payment of another user."""
        self._api.send(
            Request("GET", "/payments", user), lambda answer: self._saw_payments(user, answer)
        )
        self._api.send(Request("GET", "/wallets", user), lambda _answer: None)
        self._api.send(
            Request("GET", "/wallets/{currency}", user, path={"currency": "USD"}), self._saw_wallet
        )
        payment_id, body = next(iter(self.accepted(user).items()), ("", {}))
        if payment_id:
            own = Request("GET", PAYMENT, user, path={"payment_id": payment_id})
            self._api.send(own, lambda answer: self._saw_own(body, answer))
            self._api.send(replace(own, user="another-user"), self._saw_nothing)
            for template in OF_A_PAYMENT:
                self._api.send(replace(own, template=template), self._saw_what_exists)
                other = replace(own, template=template, user="another-user")
                self._api.send(other, self._saw_nothing)

    def accepted(self, user: str) -> dict[str, Mapping[str, Any]]:
        """Return the user's payments: id → the body of the request."""
        return {
            promise.id: promise.body
            for promise in self.promises.values()
            if promise.user == user and promise.id and promise.body
        }

    def _saw_payments(self, user: str, answer: Answer) -> None:
        if answer.status != 200:
            self._problem(f"a list of payments was answered with {answer.status}")
            return
        mine = self.accepted(user)
        others = {p.id for p in self.promises.values() if p.user != user}
        for seen in answer.body["items"]:
            wanted = mine.get(seen["payment_id"])
            if seen["payment_id"] in others or (wanted and not is_of(seen, wanted)):
                self._problem(f"the list of {user} shows {seen}")

    def _saw_own(self, body: Mapping[str, Any], answer: Answer) -> None:
        if answer.status != 200 or not is_of(answer.body, body):
            self._problem(f"a payment for {body} was shown as {answer.status} {answer.body}")

    def _saw_what_exists(self, answer: Answer) -> None:
        if answer.status not in (200, 404):
            self._problem(f"something of a payment was answered with {answer.status}")

    def _saw_wallet(self, answer: Answer) -> None:
        if answer.status == 404:
            return
        seen = answer.body
        if answer.status != 200 or seen["available"] + seen["reserved"] != seen["posted"]:
            self._problem(f"a wallet was answered with {answer.status} {seen}")

    def _saw_nothing(self, answer: Answer) -> None:
        if answer.status != 404:
            self._problem(f"another user's payment was answered with {answer.status}")


def another(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same request with another amount."""
    return {**body, "amount": {**body["amount"], "value": body["amount"]["value"] + 1}}


def is_reused(answer: Answer) -> bool:
    """Whether the answer refuses a key that belongs to another request."""
    return answer.status == 422 and answer.body["type"].endswith("idempotency-key-reused")


def is_of(seen: Mapping[str, Any], body: Mapping[str, Any], asked: Operation = PAY) -> bool:
    """Whether an answer shows what the request asked for, in all fields that both have."""
    return all(seen.get(name) == body.get(name) for name in shown(asked))


class Operators:
    """They redrive every open failed event, and discard messages that are no events."""

    def __init__(
        self,
        api: Api,
        streams: Streams,
        poison: Callable[[str], bool],
        problem: Callable[[str], None],
    ) -> None:
        self._api, self._streams = api, streams
        self._poison, self._problem = poison, problem
        self.redriven = 0
        self.discarded = 0

    def work(self) -> None:
        self._list(None, 0)

    def _list(self, cursor: str | None, pages: int) -> None:
        query = {"status": "open", "page_size": "5"} | ({"cursor": cursor} if cursor else {})
        request = Request("GET", "/failed-events", OPERATOR, "operator", query=query)

        def done(answer: Answer) -> None:
            if answer.status != 200:
                self._problem(f"failed events were answered {answer.status} {answer.body}")
                return
            for event in answer.body["items"]:
                self._decide(event)
            following = answer.body.get("next_cursor")
            if following and pages < PAGES_MAX:
                self._list(following, pages + 1)

        self._api.send(request, done)

    def _decide(self, event: Mapping[str, Any]) -> None:
        discard = self._poison(event["body"])
        verb = "discard" if discard else "redrive"
        review, key = (
            ("POST", f"/failed-events/{{failed_event_id}}/{verb}"),
            event["failed_event_id"],
        )
        note = {"note": POISON_NOTE if discard else "fixed"}
        request = Request(
            *(*review, OPERATOR, "operator"),
            path={"failed_event_id": key},
            body=filled(review, note, lambda name: self._streams.of(f"{OPERATOR} {key} {name}")),
        )

        def done(answer: Answer) -> None:
            if answer.status == 200 and answer.body["status"] in ("redriven", "discarded"):
                self.redriven += not discard
                self.discarded += discard
            elif answer.status != 409:  # another operator was faster, or it failed again meanwhile
                self._problem(f"{verb} was answered with {answer.status} {answer.body}")

        self._api.send(request, done)
