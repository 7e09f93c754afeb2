"""One change of a contract, as one line: what changed, where, and what it breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.generate.spec import STEERING

# Text for readers: changing it does not change the contract.
WORDS: Final = frozenset(
    {"description", "summary", "title", "examples", "example", "tags", "contact", "$comment"}
    | STEERING
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change; `hurt` names the services or clients that it breaks (none for an addition).

    `shared` is the definition that changed, where others refer to it: one change, many places.
    `document` is the one that the change was found in.
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
    """Where two documents are compared, and which services or clients a break there affects."""

    where: str
    hurt: str
    shared: str = ""  # the definition that the place refers to, and the path inside it

    def at(self, step: str) -> Place:
        shared = self.shared and f"{self.shared}.{step}"
        return Place(f"{self.where}.{step}" if self.where else step, self.hurt, shared)

    def of(self, document: str, node: Any) -> Place:
        """Return the same place, with the definition that `node` refers to as the shared one."""
        if not isinstance(node, Mapping) or not isinstance(node.get("$ref"), str):
            return self
        name, _, pointer = str(node["$ref"]).partition("#")
        return Place(self.where, self.hurt, f"{name or document}#{pointer}")

    def breaks(self, what: str) -> Change:
        return Change(self.where, what, True, self.hurt, self.shared)

    def adds(self, what: str) -> Change:
        return Change(self.where, what, False, shared=self.shared)


def shortened(value: Any) -> str:
    """Return the value as text, cut off after 60 characters."""
    text = "nothing" if value is None else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def without_words(node: Any) -> Any:
    """Return the node without descriptions and examples, which do not affect the contract."""
    if isinstance(node, Mapping):
        return {k: without_words(v) for k, v in node.items() if k not in WORDS}
    return [without_words(item) for item in node] if isinstance(node, list) else node


def differing(
    place: Place, old: Mapping[str, Any], new: Mapping[str, Any], known: frozenset[str]
) -> Iterator[Change]:
    """Yield changes of members that no rule here knows, as breaks, so that somebody checks them."""
    for key in dict.fromkeys([*old, *new]):
        if key in known or key in WORDS:
            continue
        before, after = without_words(old.get(key)), without_words(new.get(key))
        if before != after:
            yield place.at(key).breaks(f"changed from {shortened(before)} to {shortened(after)}")
