"""The environment of a function as typed values; a missing one is named when it is first read."""

from __future__ import annotations

import os
from collections.abc import Mapping


class SettingMissingError(RuntimeError):
    def __init__(self, name: str) -> None:
        super().__init__(f"environment variable {name} is not set; infra/template sets it")


class Settings:
    """Reads variables that infra/template/lambdas.py sets."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    def text(self, name: str) -> str:
        """Raises SettingMissingError."""
        value = self._environment.get(name)
        if not value:
            raise SettingMissingError(name)
        return value

    def seconds(self, name: str) -> int:
        return int(self.text(name))

    def flag(self, name: str) -> bool:
        return self.text(name) == "true"
