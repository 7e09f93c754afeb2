"""The documents of one contract as plain data: the working ones in specs/, or a released copy.

It shares no code with infra.generate on purpose: a check of the generator must not share its bugs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
SPECS: Final = ROOT / "specs"
RELEASED: Final = SPECS / "released"

ASYNCAPI: Final = "asyncapi.yaml"
OPENAPI: Final = "openapi.yaml"
GATEWAY: Final = "gateway.openapi.yaml"
COMMON: Final = "schemas/common.yaml"
NAMES: Final = (ASYNCAPI, OPENAPI, GATEWAY, COMMON)
METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# The C loader reads the three documents in a tenth of the time.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Node = Any
Mapping_ = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Example:
    """One file of examples/<event>/; its name says whether it is valid."""

    event: str
    name: str
    body: str

    @property
    def valid(self) -> bool:
        return self.name.startswith("valid-")


@dataclass(frozen=True, slots=True)
class Pair:
    """One event and one service that receives it through a channel."""

    event: str
    producer: str
    consumer: str
    channel: str

    @property
    def delayed(self) -> bool:
        """Whether the consumer receives a delayed copy of the event."""
        return self.channel != self.event

    def __str__(self) -> str:
        return f"{self.channel}->{self.consumer}"


@dataclass(frozen=True)
class Documents:
    """One contract: every document by its name, and the examples of its events."""

    by_name: Mapping[str, Node]
    examples: tuple[Example, ...]

    @property
    def asyncapi(self) -> Mapping_:
        return self._document(ASYNCAPI)

    @property
    def openapi(self) -> Mapping_:
        return self._document(OPENAPI)

    @property
    def gateway(self) -> Mapping_:
        return self._document(GATEWAY)

    def _document(self, name: str) -> Mapping_:
        document: Mapping_ = self.by_name[name]
        return document

    def resolved(self, name: str, node: Node) -> tuple[str, Node]:
        """Return the node that `node` of the document `name` refers to (or is), and its document.

        Siblings of a reference (a description) are ignored.
        """
        while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
            document, _, pointer = str(node["$ref"]).partition("#")
            name = document or name
            node = self.at(name, pointer)
        return name, node

    def at(self, name: str, pointer: str) -> Node:
        """Return what a JSON pointer points to. Raises KeyError when that does not exist."""
        node = self.by_name[name]
        for step in pointer.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            node = node[int(key)] if isinstance(node, list) else node[key]
        return node

    def flat(self, name: str, schema: Node) -> Any:
        """Return the schema with every reference replaced by what it points to."""
        name, schema = self.resolved(name, schema)
        if isinstance(schema, Mapping):
            return {key: self.flat(name, value) for key, value in schema.items()}
        if isinstance(schema, list):
            return [self.flat(name, item) for item in schema]
        return schema

    def event_schema(self, event: str) -> dict[str, Any]:
        """Return the published schema of an event in one object: envelope and data."""
        payload = self.asyncapi["components"]["messages"][event]["payload"]
        parts = self.flat(ASYNCAPI, payload).get("allOf", [])
        merged: dict[str, Any] = {"type": "object", "required": [], "properties": {}}
        for part in parts:
            merged["required"] += part.get("required", [])
            merged["properties"] |= part.get("properties", {})
        return merged

    @cached_property
    def events(self) -> tuple[str, ...]:
        return tuple(self.asyncapi["components"]["messages"])

    def announced_as(self, event: str) -> str | None:
        """Return the version that its producer announces instead of this one, while two exist."""
        message: Mapping_ = self.asyncapi["components"]["messages"][event]
        return message.get("x-announced-as")

    @cached_property
    def announced(self) -> tuple[str, ...]:
        """The events that are announced: all of them, except one of each two versions."""
        return tuple(event for event in self.events if self.announced_as(event) is None)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Every producer/consumer pair, by the operations of the document."""
        senders = {self._event_of(o): o["x-service"] for o in self._operations("send")}
        return tuple(
            Pair(event, senders.get(event, ""), o["x-service"], self._channel_of(o))
            for o in self._operations("receive")
            for event in [self._event_of(o)]
        )

    def examples_of(self, event: str) -> list[Example]:
        return [example for example in self.examples if example.event == event]

    def pairs_of(self, consumer: str) -> list[Pair]:
        return [pair for pair in self.pairs if pair.consumer == consumer]

    def _operations(self, action: str) -> Iterator[Mapping_]:
        for operation in self.asyncapi["operations"].values():
            if operation.get("action") == action:
                yield operation

    def _channel_of(self, operation: Mapping_) -> str:
        return str(operation["channel"]["$ref"]).rpartition("/")[2]

    def _event_of(self, operation: Mapping_) -> str:
        channel = self.asyncapi["channels"][self._channel_of(operation)]
        return str(next(iter(channel["messages"])))

    def operations(self, name: str = OPENAPI) -> Iterator[tuple[str, str, Mapping_, Mapping_]]:
        """Yield path, method, path item and operation of each operation of an HTTP contract."""
        for path, item in self._document(name)["paths"].items():
            for method in METHODS:
                if method in item:
                    yield path, method, item, item[method]

    def parameters(self, name: str, item: Mapping_, operation: Mapping_) -> list[Mapping_]:
        """Return the parameters of an operation, those of its path included."""
        given = [*item.get("parameters", []), *operation.get("parameters", [])]
        return [self.resolved(name, parameter)[1] for parameter in given]

    def with_document(self, name: str, document: Node) -> Documents:
        """Return the same contract with one document replaced."""
        return Documents({**self.by_name, name: document}, self.examples)

    def copy(self, name: str) -> Any:
        return deepcopy(self.by_name[name])


def read(folder: Path = SPECS) -> Documents:
    """Read the contract in a folder: specs/ itself or a folder of specs/released/."""
    by_name = {name: parsed((folder / name).read_text("utf-8")) for name in NAMES}
    return Documents(by_name, tuple(_examples(folder / "examples")))


def parsed(text: str) -> Any:
    return yaml.load(text, LOADER)  # noqa: S506 - a safe loader, see LOADER


def _examples(folder: Path) -> Iterator[Example]:
    for file in sorted(folder.glob("*/*.json")):
        yield Example(file.parent.name, file.name, file.read_text("utf-8"))


def releases(folder: Path = RELEASED) -> list[str]:
    """Return the versions in specs/released/, oldest first."""
    names = [path.name for path in folder.glob("*") if (path / ASYNCAPI).is_file()]
    return sorted(names, key=ordered)


def ordered(version: str) -> tuple[int, ...]:
    """Return the sort key of a version: 1.10.0 comes after 1.9.0."""
    return tuple(int(part) for part in version.split("."))


def instance(example: Example) -> Any:
    return json.loads(example.body)
