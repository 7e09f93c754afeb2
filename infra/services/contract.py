"""What the contract asks of each service, read from the texts of specs/."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.generate.names import slug
from infra.generate.spec import load


@dataclass(frozen=True, slots=True)
class Duties:
    """What a service does: names of operations in asyncapi.yaml and openapi.yaml, and queues."""

    sends: tuple[str, ...] = ()
    receives: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()  # one for each event that is not delivered by invocation


def read_duties() -> dict[str, Duties]:
    """Return the duties of each service of the contract. Raises SpecError for a broken document."""
    operations: Mapping[str, Mapping[str, Any]] = load("asyncapi.yaml").get("operations", {})
    events = [(o.get("x-service"), o.get("action"), name) for name, o in operations.items()]
    answers = list(_answers(load("openapi.yaml").get("paths", {})))
    services = dict.fromkeys([s for s, *_ in events] + [s for s, _ in answers])
    return {
        service: Duties(
            sends=tuple(name for s, action, name in events if (s, action) == (service, "send")),
            receives=tuple(n for s, action, n in events if (s, action) == (service, "receive")),
            answers=tuple(name for s, name in answers if s == service),
            queues=tuple(
                f"{service}--{slug(name.partition('.receives.')[2])}"
                for s, action, name in events
                if (s, action) == (service, "receive")
                and operations[name].get("x-delivery", "queue") == "queue"
            ),
        )
        for service in services
        if service
    }


def _answers(paths: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str | None, str]]:
    for path, item in paths.items():
        for method, operation in item.items():
            if isinstance(operation, Mapping) and "x-service" in operation:
                yield operation["x-service"], str(operation.get("operationId", f"{method} {path}"))
