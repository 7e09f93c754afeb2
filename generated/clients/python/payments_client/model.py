"""The base of all models of the API."""

from datetime import datetime
from typing import Any, Final

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import CoreSchema

READING: Final = object()
"""The context in which answers are validated."""


class Model(BaseModel):
    """A value of the contract, immutable."""

    model_config = ConfigDict(frozen=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _tolerant(
        cls, value: Any, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> Any:
        """Keep the text of a value in an answer that a later API added to an enumeration."""
        try:
            return handler(value)
        except ValidationError as error:
            unknown = all(e["type"] == "literal_error" for e in error.errors())
            if info.context is READING and isinstance(value, str) and unknown:
                return value
            raise


class TimestampText(str):
    """A timestamp as the API writes it; `datetime` is the same time in UTC."""

    __slots__ = ()

    @property
    def datetime(self) -> datetime:
        return datetime.fromisoformat(self)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Validate it as text; its alias checks the format, then converts it."""
        return handler(str)
