"""The real entry points, imported once, and how each starts a new execution environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from handlers.runtime.clock import Clock
from handlers.runtime.settings import Settings
from infra.services.rows import table_environment
from infra.template.functions import FUNCTIONS, Function
from tests.simulation.cloud.stack import ACCOUNT, AUDIENCE, EXPIRY_S, PREFIX, REGION, named
from tests.simulation.gateway import URL

ENVIRONMENT: Final = {
    "PREFIX": PREFIX,
    "STAGE": "simulated",
    "ACCOUNT_ID": ACCOUNT,
    **table_environment(PREFIX),
    "EVENT_BUS": named("events"),
    "EXPIRY_S": str(EXPIRY_S),
    "SANDBOX": "false",
    "AUDIENCE": AUDIENCE,
    "GATEWAY_URL": URL,
    "GATEWAY_SECRET_ID": named("gateway-key"),
}
# Read from the process when the modules are imported; variables that are set keep their value.
AT_IMPORT: Final = {
    **ENVIRONMENT,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "simulated",
    "AWS_SECRET_ACCESS_KEY": "simulated",
    "POWERTOOLS_SERVICE_NAME": "simulated",
    "POWERTOOLS_METRICS_NAMESPACE": "Payments",
}
Handler = Callable[[Any, object], Any]


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One function of the template and the module that serves it."""

    function: Function
    module: ModuleType
    build: Callable[[Settings, Clock], object]

    def built(self, clock: Clock, monotonic: Callable[[], float]) -> object:
        """Return what an environment builds when it starts."""
        if self.function.service == "gateway-processor":
            _inject_time(self.module, clock, monotonic)
        return self.build(Settings(ENVIRONMENT), clock)

    def invoke(self, built: object, event: Any) -> Any:
        """Run the handler in an environment; it reads what was built before it first pauses."""
        name = "server" if self.function.role == "api" else "consumer"
        assert hasattr(self.module, name), f"{self.module.__name__} keeps no {name}"
        setattr(self.module, name, built)
        return self.module.handler(event, None)


@contextmanager
def restored(points: Mapping[str, EntryPoint]) -> Iterator[None]:
    """Restore the modules after a world has changed them: others use them too."""
    before = [(vars(point.module), dict(vars(point.module))) for point in points.values()]
    try:
        yield
    finally:
        for names, kept in before:
            names.update(kept)


def _inject_time(module: ModuleType, clock: Clock, monotonic: Callable[[], float]) -> None:
    real = import_module("handlers.gateway_processor.http_gateway").HttpGateway
    timed = partial(
        real, sleep=clock.sleep, jitter=clock.random, monotonic=monotonic, wall_clock=monotonic
    )
    vars(module)["HttpGateway"] = timed


def entry_points() -> dict[str, EntryPoint]:
    """Return every function of the template, by name."""
    for name, value in AT_IMPORT.items():
        os.environ.setdefault(name, value)
    return {function.name: _entry_point(function) for function in FUNCTIONS}


def _entry_point(function: Function) -> EntryPoint:
    module = import_module(function.handler.removesuffix(".handler"))
    return EntryPoint(function, module, module.build)
