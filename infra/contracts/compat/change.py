"""One change of a contract, as one line: what, where, who is hurt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.generate.spec import STEERING

# Words for people; a change of these changes nothing.
WORDS: Final = frozenset(
    {"description", "summary", "title", "examples", "example", "tags", "contact", "$comment"}
    | STEERING
)


@dataclass(frozen=True, slots=True)
class Change:
    """`hurt` names services or clients; nobody is hurt by a change that only adds.

    `shared` is the definition that changed, where others refer to it: one change, many places.
    `document` is the one that it was found in, once all of them are compared.
    """

    where: str
    what: str
    breaking: bool
    hurt: str = ""
    shared: str = ""
    document: str = ""

    def __str__(self) -> str:
        who = f" [hurts {self.hurt}]" if self.breaking else ""
        return f"{self.where}: {self.what}{who}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where two documents are compared, and who would be hurt there."""

    where: str
    hurt: str
    shared: str = ""  # the definition that the place refers to, and the way into it

    def at(self, step: str) -> Place:
        shared = self.shared and f"{self.shared}.{step}"
        return Place(f"{self.where}.{step}" if self.where else step, self.hurt, shared)

    def of(self, document: str, node: Any) -> Place:
        """The same place; what `node` refers to is where a change is made."""
        if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
            return self
        name, _, pointer = str(node["$ref"]).partition("#")
        return Place(self.where, self.hurt, f"{name or document}#{pointer}")

    def breaks(self, what: str) -> Change:
        return Change(self.where, what, True, self.hurt, self.shared)

    def adds(self, what: str) -> Change:
        return Change(self.where, what, False, shared=self.shared)


def told(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def without_words(node: Any) -> Any:
    """The same without descriptions and examples, to compare what has a meaning."""
    if isinstance(node, Mapping):
        return {k: without_words(v) for k, v in node.items() if k not in WORDS}
    return [without_words(item) for item in node] if isinstance(node, list) else node


def differing(
    place: Place, old: Mapping[str, Any], new: Mapping[str, Any], known: frozenset[str]
) -> Iterator[Change]:
    """Members that no rule here knows: whatever their change means, somebody must look at it."""
    for key in dict.fromkeys([*old, *new]):
        if key in known or key in WORDS:
            continue
        before, after = without_words(old.get(key)), without_words(new.get(key))
        if before != after:
            yield place.at(key).breaks(f"changed from {told(before)} to {told(after)}")
