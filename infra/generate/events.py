"""Read specs/asyncapi.yaml into the event catalogue, and check its conventions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.generate.names import constant, pascal, slug, snake
from infra.generate.spec import SpecError, load, pointer

SPEC = "asyncapi.yaml"
CLOUD_EVENT = "schemas/common.yaml#/$defs/CloudEvent"
EVENT_TYPE = re.compile(r"^[a-z]+(\.[a-z][a-z0-9_]*)+$")
QUEUE_NAME_CHARS_MAX = 57  # SQS allows 80; "payments-production-" and "-dlq" take the rest


@dataclass(frozen=True, slots=True)
class Channel:
    address: str
    event: str
    delay_parameter: str | None
    delay_s: int | None

    @property
    def slug(self) -> str:
        return slug(self.address)

    @property
    def data_class(self) -> str:
        return pascal(self.address)

    @property
    def message_class(self) -> str:
        return f"{self.data_class}Message"

    @property
    def module(self) -> str:
        return snake(self.address)

    @property
    def handler(self) -> str:
        return f"on_{snake(self.address)}"


@dataclass(frozen=True, slots=True)
class Reception:
    service: str
    channel: Channel
    delivery: str
    summary: str

    @property
    def queue(self) -> str:
        return f"{self.service}--{self.channel.slug}"


@dataclass(frozen=True, slots=True)
class Event:
    type: str
    producer: str
    retryable: bool
    summary: str
    schema: str
    channel: Channel
    receptions: tuple[Reception, ...]

    @property
    def data_class(self) -> str:
        return pascal(self.type)

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Its own channel first, then its delayed copies, each once."""
        return tuple(dict.fromkeys((self.channel, *(r.channel for r in self.receptions))))


@dataclass(frozen=True, slots=True)
class Service:
    name: str
    receives: tuple[Reception, ...]
    sends: tuple[Event, ...]

    @property
    def module(self) -> str:
        return snake(self.name)

    @property
    def prefix(self) -> str:
        return pascal(self.name)

    @property
    def constant(self) -> str:
        return constant(self.name)


@dataclass(frozen=True, slots=True)
class Catalogue:
    events: tuple[Event, ...]
    document: Mapping[str, Any]

    def services(self) -> tuple[Service, ...]:
        """Every service that sends or receives, in the order of the specification."""
        operations = self.document["operations"].values()
        names = dict.fromkeys(operation["x-service"] for operation in operations)
        return tuple(
            Service(
                name,
                tuple(r for e in self.events for r in e.receptions if r.service == name),
                tuple(e for e in self.events if e.producer == name),
            )
            for name in names
        )


def read_catalogue() -> Catalogue:
    """Return the catalogue of specs/asyncapi.yaml.

    Raises SpecError, with the place, where the document breaks a convention of the generator.
    """
    document = load(SPEC)
    channels = {key: _channel(key, spec) for key, spec in document["channels"].items()}
    operations = [_operation(key, spec, channels) for key, spec in document["operations"].items()]
    events = tuple(
        _event(name, spec, channels, operations)
        for name, spec in document["components"]["messages"].items()
    )
    _refuse_strays(channels, events)
    return Catalogue(events, document)


def _channel(key: str, spec: Mapping[str, Any]) -> Channel:
    where = f"channels.{key}"
    if spec.get("address") != key:
        raise SpecError(SPEC, where, f"address must be {key!r}, the channel's own name")
    messages = list(spec["messages"])
    if len(messages) != 1:
        raise SpecError(SPEC, where, "a channel carries exactly one message")
    event = messages[0]
    copy_of = spec.get("x-copy-of")
    delay = spec.get("x-delay") or {}
    if (copy_of or event) != event or (copy_of is None) != (key == event):
        raise SpecError(SPEC, where, "name the channel as its event, or add x-copy-of")
    if (copy_of is None) != (not delay):
        raise SpecError(SPEC, where, "write both x-copy-of and x-delay, or neither")
    return Channel(key, event, delay.get("parameter"), delay.get("seconds"))


@dataclass(frozen=True, slots=True)
class _Operation:
    key: str
    action: str
    reception: Reception


def _operation(key: str, spec: Mapping[str, Any], channels: Mapping[str, Channel]) -> _Operation:
    where = f"operations.{key}"
    if "x-service" not in spec:
        raise SpecError(SPEC, where, "x-service is missing: name the service")
    if spec["action"] not in ("send", "receive"):
        raise SpecError(SPEC, where, "action must be send or receive")
    channel = channels.get(pointer(spec["channel"]["$ref"])[-1])
    if channel is None:
        raise SpecError(SPEC, where, f"channel {spec['channel']['$ref']} does not exist")
    service = spec["x-service"]
    verb = "sends" if spec["action"] == "send" else "receives"
    if key != f"{service}.{verb}.{channel.address}":
        raise SpecError(SPEC, where, f"must be named {service}.{verb}.{channel.address}")
    reception = Reception(
        service, channel, spec.get("x-delivery", "queue"), " ".join(spec.get("summary", "").split())
    )
    if len(reception.queue) > QUEUE_NAME_CHARS_MAX:
        raise SpecError(SPEC, where, f"the queue name {reception.queue} is too long for SQS")
    return _Operation(key, spec["action"], reception)


def _event(
    name: str,
    spec: Mapping[str, Any],
    channels: Mapping[str, Channel],
    operations: list[_Operation],
) -> Event:
    where = f"components.messages.{name}"
    if not EVENT_TYPE.match(name):
        raise SpecError(
            SPEC, where, "an event is named like payment.initiated or payment.initiated.v2"
        )
    if name not in channels:
        raise SpecError(SPEC, where, f"channel {name} is missing")
    mine = [o for o in operations if o.reception.channel.event == name]
    senders = [o.reception for o in mine if o.action == "send"]
    receptions = tuple(o.reception for o in mine if o.action == "receive")
    if len(senders) != 1:
        raise SpecError(SPEC, where, f"needs exactly one sender, has {len(senders)}")
    if not receptions:
        raise SpecError(SPEC, where, "needs at least one receiver")
    producer = senders[0].service
    return Event(
        type=name,
        producer=producer,
        retryable=bool(spec.get("x-retryable", False)),
        summary=" ".join(spec["summary"].split()),
        schema=_payload_schema(where, name, producer, spec["payload"]),
        channel=channels[name],
        receptions=receptions,
    )


def _payload_schema(where: str, name: str, producer: str, payload: Mapping[str, Any]) -> str:
    """Return the name of the schema of `data`, and check that the rest follows the convention."""
    parts = payload.get("allOf", [])
    properties = parts[1].get("properties", {}) if len(parts) == 2 else {}
    reference = properties.get("data", {}).get("$ref", "")
    expected = {
        "title": f"{pascal(name)}Message",
        "allOf": [
            {"$ref": CLOUD_EVENT},
            {
                "type": "object",
                "required": ["data"],
                "properties": {
                    "source": {"const": producer},
                    "type": {"const": name},
                    "data": {"$ref": f"#/components/schemas/{pascal(name)}"},
                },
            },
        ],
    }
    if payload != expected:
        raise SpecError(SPEC, f"{where}.payload", f"write it like this: {expected}")
    return pointer(reference)[-1]


def _refuse_strays(channels: Mapping[str, Channel], events: tuple[Event, ...]) -> None:
    used = set(_used_channels(events))
    for key, channel in channels.items():
        if channel not in used:
            raise SpecError(
                SPEC, f"channels.{key}", "the channel has no receiver, or its message is missing"
            )


def _used_channels(events: tuple[Event, ...]) -> Iterator[Channel]:
    for event in events:
        yield from event.channels
