"""What every value of the contract is."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A value of the contract; it never changes once it is made."""

    # What is wrong is told without the value: errors reach logs, values may be anybody's data.
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)
