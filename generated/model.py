"""The base of all generated models."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value of the contract, immutable."""

    # Errors do not contain the value: they are logged, and values may be personal data.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
