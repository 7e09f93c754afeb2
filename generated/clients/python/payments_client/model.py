"""What every model of the API is."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value of the contract; it never changes once it is made."""

    model_config = ConfigDict(frozen=True)
