"""A text of its own for every field in which a caller can write one, to be looked for later."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, Final

from infra.contracts.documents import Documents
from tests.contracts.patterns import a_text
from tests.fields.bodies import Body, Filling, Path, Schema, bodies

CURRENCY: Final = "EUR"  # where the contract leaves a choice, so that paths and wallets fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Marking(Filling):
    """Fills every text with a canary that keeps its schema, and remembers it by its field."""

    schema_name: str
    canaries: dict[str, str] = field(default_factory=dict)

    def value(self, schema: Schema, path: Path) -> Any:
        if CURRENCY in schema.get("enum", ()):
            return CURRENCY
        if schema.get("type") == "string" and not schema.keys() & {"enum", "const"}:
            return self._sung(".".join(path), schema)
        return Filling.value(self, schema, path)

    def _text(self, schema: Schema) -> str:
        """A name in a map; every other text is made above."""
        return self._sung("(names)", schema)

    def _sung(self, name: str, schema: Schema) -> str:
        whole = f"{self.schema_name}.{name}"
        return self.canaries.setdefault(whole, canary(whole, schema))


def canary(name: str, schema: Schema) -> str:
    """A text that names its field, as far as the schema lets it."""
    mark = sha256(name.encode()).hexdigest()[:8]
    slug = re.sub("[^a-z]+", "-", name.lower()).strip("-")
    wanted = f"canary-{slug}-{mark}"[: schema.get("maxLength", 60)]
    pattern = str(schema.get("pattern", ""))
    for text in (wanted, f"canary-{mark}"):
        if re.search(pattern.replace("$", r"\Z"), text):
            return text
    return a_text(pattern, Random(name), longest=True)


@dataclass(frozen=True, slots=True)
class Marked:
    """A body with a canary in each of its texts."""

    body: Body
    document: Mapping[str, Any]
    canaries: Mapping[str, str]

    @property
    def optional(self) -> dict[str, Any]:
        """What a client need not send."""
        required = self.body.schema.get("required", ())
        return {name: value for name, value in self.document.items() if name not in required}


def marked(contract: Documents) -> dict[str, Marked]:
    """Operation → its body with canaries, for every operation that takes a body."""
    found: dict[str, Marked] = {}
    for body in bodies(contract):
        random, optional = Random(body.schema_name), frozenset(body.optional)
        marking = Marking(
            random=random, optional=optional, longest=False, schema_name=body.schema_name
        )
        document = marking.value(body.schema, ())
        found[body.operation_id] = Marked(body, document, marking.canaries)
    return found
