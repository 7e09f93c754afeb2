"""The dated price file: dollars per operation, and what is assumed where nothing is measured."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

CURRENT: Final = Path(__file__).with_name("prices-2026-11.json")


@dataclass(frozen=True, slots=True)
class Prices:
    region: str
    checked: str
    dollars: dict[str, float]
    assumed: dict[str, Any]


def prices(file: Path = CURRENT) -> Prices:
    document = json.loads(file.read_bytes())
    return Prices(
        document["region"],
        document["checked"],
        {name: entry["price"] for name, entry in document["dollars"].items()},
        {name: entry["value"] for name, entry in document["assumed"].items()},
    )
