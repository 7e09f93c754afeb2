"""Valid requests to every operation, made from the examples of the specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from infra.contracts.documents import OPENAPI
from tests.builders import a_request, answered
from tests.contracts.limits import any_value, filled
from tests.contracts.payloads import CONTRACT
from tests.in_memory.system import System

PREFIX: Final = "urn:problem-type:payments:"


@dataclass(frozen=True, slots=True)
class Request:
    """One call of an operation, with every parameter that it has."""

    operation_id: str
    service: str
    method: str
    resource: str
    parameters: Mapping[str, Mapping[str, str]]  # location -> name -> text
    body: Any = None
    user: str | None = "alice"
    groups: str = "operator"
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.operation_id

    def with_parameter(self, location: str, name: str, value: str | None) -> Request:
        """Return the request with another value of one parameter (none: without it)."""
        changed = {n: v for n, v in self.parameters[location].items() if n != name}
        if value is not None:
            changed[name] = value
        return replace(self, parameters={**self.parameters, location: changed})

    def event(self) -> dict[str, Any]:
        """Return the request as API Gateway passes it on."""
        return a_request(
            self.method,
            self.resource,
            user=self.user,
            groups=self.groups,
            path=self.parameters["path"],
            query=self.parameters["query"],
            headers=self.parameters["header"],
            body=self.body,
        ) | dict(self.more)

    def answer(self, system: System | None = None, **settings: str) -> tuple[int, Any]:
        """Return status and document that the operation's service answers."""
        system = system or System()
        return answered(system.invoke(f"{self.service}-api", self.event(), **settings))


def problem(document: Mapping[str, Any]) -> str:
    """Return the slug of a refusal, or an empty text."""
    return str(document.get("type", "")).removeprefix(PREFIX)


def _request(path: str, method: str, item: Any, operation: Any) -> Request:
    locations: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
    for parameter in CONTRACT.parameters(OPENAPI, item, operation):
        schema = CONTRACT.flat(OPENAPI, parameter["schema"])
        value = parameter.get("example", any_value(schema))
        if parameter["name"] != "cursor":  # only the service can make one
            locations[parameter["in"]][parameter["name"]] = str(value)
    made = Request(
        operation["operationId"], operation["x-service"], method.upper(), path, locations
    )
    return replace(made, body=_body(operation)) if "requestBody" in operation else made


def _body(operation: Any) -> Any:
    content = CONTRACT.resolved(OPENAPI, operation["requestBody"])[1]["content"]
    media = content["application/json"]
    example = next(iter(media["examples"].values()))["value"]
    return filled(CONTRACT.flat(OPENAPI, media["schema"]), example)


def agreed(request: Request) -> Request:
    """Return the request with the currency of its body, for a deposit, in its path as well."""
    if request.operation_id != "createDeposit" or not isinstance(request.body, dict):
        return request
    amount = request.body.get("amount")
    currency = amount.get("currency") if isinstance(amount, dict) else None
    known = CONTRACT.by_name["schemas/common.yaml"]["$defs"]["Currency"]["enum"]
    return request.with_parameter("path", "currency", currency) if currency in known else request


REQUESTS: Final = [agreed(_request(*found)) for found in CONTRACT.operations(OPENAPI)]
BY_ID: Final = {request.operation_id: request for request in REQUESTS}
