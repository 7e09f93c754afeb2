"""One request through the whole system in memory, and every document that follows from it.

The request goes out through the generated Python client. What the service stores, what the API
answers, which events are published and what the gateway is asked is kept for comparison.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import httpx
import payments_client
from payments_client import PaymentsClient, Problem, Retries

from generated.catalogue import OPERATIONS
from generated.contract import Operation
from infra.contracts.documents import OPENAPI
from infra.contracts.documents import Documents as Contract
from infra.generate.names import snake
from tests.builders import PREFIX, a_batch, a_record, a_request, answered
from tests.fields.bodies import JSON, Body, leaves
from tests.fields.gateway import Approving
from tests.in_memory.system import OPERATOR, System

Documents: TypeAlias = dict[str, list[Any]]  # place -> what was found there

URL: Final = "https://api.example.com/v1"
PARAMETERS: Final = re.compile(r"{(\w+)}")
USER: Final = "alice"
VALUE_MAX: Final = 999_999_999_999
OUTBOX: Final = "outbox"  # the attribute that holds an event: it is published, not stored


@dataclass(slots=True)
class Journey:
    """What one request left behind. The keys are the places as a reader would look them up."""

    path: list[str] = field(default_factory=list)
    sent: Any = None
    stored: Documents = field(default_factory=dict)
    answers: Documents = field(default_factory=dict)
    returned: Documents = field(default_factory=dict)  # the same, as the Python client shows it
    events: Documents = field(default_factory=dict)
    asked: Documents = field(default_factory=dict)  # of the gateway


class Travelling:
    """Sends requests through the Python client into a system in memory."""

    def __init__(self, contract: Contract, gateway: Approving) -> None:
        self.contract, self._gateway = contract, gateway
        self.system = System(over_http=gateway.url)
        self._sent: Any = None
        self._answered: Any = None

    def travel(self, body: Body, document: Any) -> Journey:
        """Send the body to its operation, let everything happen that follows, and read it back."""
        operation = OPERATIONS[body.operation_id]
        self._prepare(document)
        written, published = len(self.system.written), len(self.system.published)
        asked = len(self._gateway.asked)
        journey, model = Journey(), getattr(payments_client, body.schema_name)
        journey.path = self._path(operation, document)
        returned = self._call(operation, *journey.path, model.model_validate(document))
        journey.sent = self._sent
        self._keep(journey, operation, returned)
        self._store(journey, written)
        self.system.run()
        self._read_back(journey, operation)
        for entry in self.system.published[published:]:
            journey.events[entry.detail_type] = [json.loads(entry.detail)["data"]]
        for method, place, question in self._gateway.asked[asked:]:
            journey.asked[f"{method} {place}"] = [question]
        return journey

    def _prepare(self, document: Any) -> None:
        """One of each thing that an operation may be about, and money for what the body asks."""
        self.system.pay(key="before")
        self.system.run()
        for path, value in leaves(document):
            if path[-1] == "currency":
                self.system.deposit(VALUE_MAX, USER, value)
        queue = "wallet-service--payment-initiated"
        self.system.consume("wallet-service", queue, "{}")
        record = a_record("{}", f"{queue}-dlq", attributes=self.system.parked()[0].attributes)
        self.system.invoke("error-handler-consumer", a_batch(record))
        self.system.run()

    def _path(self, operation: Operation, document: Any) -> list[str]:
        """The parameters of the path: as the body says, or the id of something that exists."""
        values = {path[-1]: value for path, value in leaves(document)}
        names = PARAMETERS.findall(operation.path)
        return [values[name] if name in values else self._known(name) for name in names]

    def _known(self, name: str) -> str:
        for table in self.system.dynamodb.tables:
            for item in self.system.items(table.removeprefix(f"{PREFIX}-")):
                if name in item:
                    return str(item[name])
        raise AssertionError(f"no item has a {name}: create one in Travelling._prepare")

    def _call(self, operation: Operation, *arguments: Any, **filters: Any) -> Any:
        """What the Python client returns, as JSON."""
        with (
            httpx.Client(transport=httpx.MockTransport(self._serve)) as http,
            PaymentsClient(URL, "token", http=http, retries=Retries(attempts_max=1)) as client,
        ):
            try:
                answer = getattr(client, snake(operation.operation_id))(*arguments, **filters)
            except Problem as problem:
                raise AssertionError(
                    f"{operation.method} {operation.path} answered {problem.status} to a valid "
                    f"request: {problem.detail} Run `make check-types`: it names a field that the "
                    "answer has and its source lacks."
                ) from problem
        return answer.model_dump(mode="json", exclude_none=True)

    def _serve(self, request: httpx.Request) -> httpx.Response:
        """Hand the client's request to the function of its operation, as API Gateway does."""
        operation, path = _found(request)
        self._sent = json.loads(request.content) if request.content else None
        event = a_request(
            operation.method,
            operation.path,
            user=USER,
            groups=OPERATOR,
            path=path,
            query=dict(request.url.params),
            headers=dict(request.headers),
            raw=request.content.decode() or None,
        )
        answer = self.system.invoke(f"{operation.service}-api", event)
        status, self._answered = answered(answer)
        return httpx.Response(status, json=self._answered)

    def _keep(self, journey: Journey, operation: Operation, returned: Any) -> None:
        place = f"{operation.method} {operation.path}"
        journey.answers[place] = _members(self._answered)
        journey.returned[place] = _members(returned)

    def _store(self, journey: Journey, since: int) -> None:
        """Keep what the operation itself wrote, without the event that waits to be published."""
        for change in self.system.written[since:]:
            table = change.table.removeprefix(f"{PREFIX}-")
            item = {n: _plain(value) for n, value in (change.new or {}).items() if n != OUTBOX}
            journey.stored.setdefault(table, []).append(item)

    def _read_back(self, journey: Journey, created: Operation) -> None:
        """Ask every operation that reads the same schema, first alone and then in a list."""
        (answer,) = next(iter(journey.answers.values()))
        for operation in self._reading(created):
            path = [answer[name] for name in PARAMETERS.findall(operation.path)]
            filters = {n: answer[n] for n in self._filters(operation) if n in answer}
            self._keep(journey, operation, self._call(operation, *path, **filters))
            if path:
                answer = self._answered

    def _reading(self, created: Operation) -> list[Operation]:
        """The operations that answer what this one answers, one or a page of them."""
        wanted = self._answer(created)
        alone = [o for o in OPERATIONS.values() if o.method == "GET" and self._answer(o) == wanted]
        page = {"type": "array", "items": wanted}
        lists = [
            o
            for o in OPERATIONS.values()
            if self._answer(o).get("properties", {}).get("items", {}) | {"maxItems": 0}
            == page | {"maxItems": 0}
        ]
        return alone + lists

    def _answer(self, operation: Operation) -> Any:
        spec = self.contract.openapi["paths"][operation.path][operation.method.lower()]
        good = next(r for status, r in spec["responses"].items() if status.startswith("2"))
        return self.contract.flat(OPENAPI, good["content"][JSON]["schema"])

    def _filters(self, operation: Operation) -> list[str]:
        item = self.contract.openapi["paths"][operation.path]
        parameters = self.contract.parameters(OPENAPI, item, item[operation.method.lower()])
        return [parameter["name"] for parameter in parameters if parameter["in"] == "query"]


def _members(document: Any) -> list[Any]:
    """The documents of a page, or the one document that is no page."""
    return list(document["items"]) if "items" in document else [document]


def _plain(value: Mapping[str, Any]) -> Any:
    """The value of an attribute, whatever its type."""
    (found,) = value.values()
    return found


def _found(request: httpx.Request) -> tuple[Operation, dict[str, str]]:
    """The operation that a URL names, and the parameters in its path."""
    path = request.url.path.removeprefix("/v1")
    for operation in OPERATIONS.values():
        pattern = PARAMETERS.sub(r"(?P<\1>[^/]+)", operation.path)
        match = re.fullmatch(pattern, path)
        if match and operation.method == request.method:
            return operation, match.groupdict()
    raise AssertionError(f"no operation is {request.method} {path}")
