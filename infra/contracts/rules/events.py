"""Rules of the event contract: senders, receivers, envelopes.

The generator refuses names that break a convention, so no rule here repeats that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from infra.contracts.documents import ASYNCAPI, Documents

# Required of every event; later versions may add more (CloudEvents 1.0 and our correlation).
ATTRIBUTES: Final = (
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "correlationid",
    "data",
)


DELIVERIES: Final = frozenset({"queue", "invoke"})
VERSION: Final = re.compile(r"\.v\d+$")  # of payment.initiated.v2


def one_sender_and_receivers(contract: Documents) -> Iterator[str]:
    channels = contract.asyncapi["channels"]
    for event in contract.events:
        mine = {name for name, channel in channels.items() if event in channel["messages"]}
        senders = [o for o in _operations(contract, "send") if _channel(o) in mine]
        if len(senders) != 1:
            yield f"{event} has {len(senders)} senders"
    for name in channels:
        if not [o for o in _operations(contract, "receive") if _channel(o) == name]:
            yield f"nobody receives {name}"


def _operations(contract: Documents, action: str) -> list[dict[str, dict[str, str]]]:
    found = contract.asyncapi["operations"].values()
    return [operation for operation in found if operation["action"] == action]


def _channel(operation: dict[str, dict[str, str]]) -> str:
    return operation["channel"]["$ref"].removeprefix("#/channels/")


def operations_fit_their_channels(contract: Documents) -> Iterator[str]:
    """Check that an operation names its service, and a message of its own channel."""
    for name, operation in contract.asyncapi["operations"].items():
        channel = contract.at(ASYNCAPI, operation["channel"]["$ref"][1:])
        if operation["action"] not in ("send", "receive") or not operation["x-service"]:
            yield f"{name} needs x-service, its channel and its message"
        wanted = f"{operation['channel']['$ref']}/messages/{next(iter(channel['messages']))}"
        if [message["$ref"] for message in operation["messages"]] != [wanted]:
            yield f"{name} has another message than its channel"
        if operation.get("x-delivery", "queue") not in DELIVERIES:
            yield f"{name} has x-delivery {operation['x-delivery']}: write queue or invoke"


def copies_are_copies(contract: Documents) -> Iterator[str]:
    for name, channel in contract.asyncapi["channels"].items():
        (event,) = channel["messages"]
        copy, delay = channel.get("x-copy-of"), channel.get("x-delay")
        if channel["messages"][event]["$ref"] != f"#/components/messages/{event}":
            yield f"channel {name} carries another message than {event}"
        if copy is None and (name != event or delay is not None):
            yield f"channel {name} is not {event}, so it needs x-copy-of; only copies have x-delay"
        if copy is not None and (
            copy != event or name == event or not (delay or {}).get("seconds")
        ):
            yield f"channel {name} is a copy: it needs x-copy-of {event} and x-delay"


def envelopes_name_their_event(contract: Documents) -> Iterator[str]:
    senders = {pair.event: pair.producer for pair in contract.pairs}
    for event in contract.events:
        message = contract.asyncapi["components"]["messages"][event]
        schema = contract.event_schema(event)
        fields = schema["properties"]
        if message["name"] != event or not isinstance(message.get("x-retryable"), bool):
            yield f"{event} needs its own name, and x-retryable true or false"
        if fields["type"] != {"const": event} or fields["source"] != {"const": senders[event]}:
            yield f"{event} must carry its own type and the source {senders[event]}"
        for missing in [name for name in ATTRIBUTES if name not in schema["required"]]:
            yield f"{event} does not require {missing}"
        data = fields["data"]
        if data.get("type") != "object" or set(data["required"]) - set(data["properties"]):
            yield f"the data of {event} is an object whose required fields are described"
        if data.get("additionalProperties", True) is not True:
            yield f"{event} must let later versions add fields"


def two_versions_have_the_same_receivers(contract: Documents) -> Iterator[str]:
    """Check that of two versions one is announced, and that both have the same receivers.

    So every consumer keeps receiving the event when the producer switches.
    """
    for event in contract.events:
        other = contract.announced_as(event)
        if other is None:
            continue
        if other not in contract.announced or VERSION.sub("", other) != VERSION.sub("", event):
            yield f"{event}: x-announced-as {other} is no version of it that is announced"
        elif _receivers(contract, event) != _receivers(contract, other):
            yield f"{event} and {other} need the same sender, receivers and delayed copies"


def _receivers(contract: Documents, event: str) -> set[tuple[str, str, bool]]:
    return {(p.producer, p.consumer, p.delayed) for p in contract.pairs if p.event == event}
