"""What the files of a new service hold, as far as its contract and its row say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.generate.api import SPEC as OPENAPI
from infra.generate.api import Operation, read_operations
from infra.generate.events import SPEC as ASYNCAPI
from infra.generate.events import Event, Reception, read_catalogue
from infra.generate.names import constant, pascal, snake
from infra.generate.spec import load, pointer, resolve
from infra.services.rows import ServiceRow

# Fields that every stored item has in its own way.
OWN: Final = frozenset({"status", "version", "outbox"})


class Refused(Exception):
    """A service that cannot be laid out: what is missing, and what to do about it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a service does by the contract."""

    name: str
    receptions: tuple[Reception, ...]
    sends: tuple[Event, ...]
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the stored item: a text or money."""

    name: str
    type: str
    required: bool

    @property
    def currency(self) -> str:
        """The attribute that holds the currency of money."""
        return "currency" if self.name == "amount" else f"{self.name}_currency"


def part_of(name: str) -> Part:
    """Return what the contract says of a service.

    Raises Refused when it says nothing, or what no new service can be laid out for.
    """
    catalogue = read_catalogue()
    own = [service for service in catalogue.services() if service.name == name]
    operations = tuple(o for o in read_operations() if o.service == name)
    if not own and not operations:
        raise Refused(
            f"The contract has no service {name}: no operation of specs/asyncapi.yaml or "
            f"specs/openapi.yaml has x-service: {name}. Add its operations first."
        )
    receptions = own[0].receives if own else ()
    if any(reception.delivery == "invoke" for reception in receptions):
        raise Refused(
            f"The bus invokes {name} (x-delivery: invoke), without a queue. Take "
            "metrics-collector as the model, and copy handlers/metrics_collector."
        )
    return Part(name, receptions, own[0].sends if own else (), operations)


def context(part: Part, row: ServiceRow) -> dict[str, Any]:
    """Return the values of the templates. Raises Refused for a row without a table."""
    if row.store is None or row.noun is None:
        raise Refused(
            f"The row of {row.name} has no table. Give it a store and a noun in "
            "infra/services/rows.py."
        )
    key = row.store.key
    fields = [field for field in _fields(part) if field.name not in OWN | set(key)]
    carried = _carried(part)
    return {
        **_names(row, row.noun, row.store.name),
        "key": key,
        "environment": row.store.variable,
        "receives": [_channel(reception) for reception in part.receptions],
        "carried": carried,
        "same": sorted(carried & {f.name for f in fields if f.required}, reverse=True),
        "sends": part.sends,
        "operations": part.operations,
        "models": _models(part),
        "fields": fields,
        "money": any(field.type == "Money" for field in fields),
        "states": _states(part),
        "causes": [(r.channel.module, r.channel.data_class) for r in part.receptions],
        "announced": [(event.channel.module, event.data_class) for event in part.sends],
        "on": _causes(part),
    }


def _names(row: ServiceRow, noun: str, table: str) -> dict[str, str]:
    return {
        "name": row.name,
        "package": row.package,
        "prefix": pascal(row.name),
        "constant": constant(row.name),
        "noun": noun,
        "noun_class": pascal(noun),
        "thing": noun.replace("_", " "),
        "things": table.replace("-", " "),
        "Things": table.replace("-", " ").capitalize(),
        "store_class": pascal(table),
        "variable": snake(table),
        "table": table,
    }


def _channel(reception: Reception) -> dict[str, str]:
    channel = reception.channel
    return {
        "address": channel.address,
        "event": channel.event,
        "module": channel.module,
        "data_class": channel.data_class,
        "handler": channel.handler,
        "summary": reception.summary,
    }


def _carried(part: Part) -> set[str]:
    """The fields that each received event has and requires."""
    schemas = load(ASYNCAPI)["components"]["schemas"]
    required = [
        set(schemas[pascal(reception.channel.event)].get("required", ()))
        for reception in part.receptions
    ]
    return set.intersection(*required) if required else set()


def _models(part: Part) -> list[str]:
    names = {n for o in part.operations for n in (o.answer, o.body, o.parameters_class) if n}
    return sorted(names)


def _states(part: Part) -> list[dict[str, str]]:
    """A state for each event that announces one: `receipt.sent` announces `sent`."""
    announced = [
        {"name": snake(event.type.partition(".")[2]), "announces": event.data_class}
        for event in part.sends
    ]
    return announced or [{"name": "recorded", "announces": ""}]


def _causes(part: Part) -> list[str]:
    received = [reception.channel.data_class for reception in part.receptions]
    return received or [f'"{operation.id}"' for operation in part.operations if operation.body]


def _fields(part: Part) -> Iterator[Field]:
    """What the announced events, and the answers that show a stored item, carry from it."""
    found: dict[str, Field] = {}
    for document, schema in _shown(part):
        required = schema.get("required", ())
        for name, spec in schema["properties"].items():
            kind = _type(document, spec)
            if kind and not spec.get("x-decided"):
                before = found.get(name)
                always = name in required or (before is not None and before.required)
                found[name] = Field(name, kind, always or kind == "Money")
    yield from found.values()


def _shown(part: Part) -> Iterator[tuple[str, Mapping[str, Any]]]:
    events, answers = load(ASYNCAPI), load(OPENAPI)
    for event in part.sends:
        yield ASYNCAPI, events["components"]["schemas"][event.schema]
    for operation in part.operations:
        schema = answers["components"]["schemas"][operation.answer]
        if schema.get("x-stored"):
            yield OPENAPI, schema


def _type(document: str, spec: Mapping[str, Any]) -> str | None:
    """Return how Python writes a field (None: what is neither text nor money is left out)."""
    if "$ref" in spec:
        if pointer(spec["$ref"])[-1] == "Money":
            return "Money"
        spec = resolve(load(document), document, spec["$ref"])
    return "str" if spec.get("type") == "string" and "enum" not in spec else None
