"""The standard output of the functions: metrics in embedded metric format."""

from __future__ import annotations

import io
import json
from collections import Counter


class Metrics(io.TextIOBase):
    """Counts `metric` or `metric/dimension`; any other output is kept."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.other: list[str] = []

    def write(self, text: str) -> int:
        if not text.startswith("{"):
            if text.strip():
                self.other.append(text)
            return len(text)
        document = json.loads(text)
        for declared in document["_aws"]["CloudWatchMetrics"]:
            for metric in declared["Metrics"]:
                name = metric["Name"]
                kind = document.get("event_type") or document.get("currency") or ""
                value = document[name]
                total = sum(value) if isinstance(value, list) else value
                self.counts[f"{name}/{kind}" if kind else name] += int(total)
        return len(text)
