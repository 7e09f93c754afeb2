"""The libraries that our functions need, one model and one client, and nothing of ours.

What a start on these libraries cannot go below, even with the collector off.
"""

import gc

gc.disable()

import botocore.session  # noqa: E402
from aws_lambda_powertools.logging import Logger  # noqa: E402
from pydantic import BaseModel  # noqa: E402


class Message(BaseModel):
    """The least that a model can be."""

    payment_id: str


logger = Logger()
dynamodb = botocore.session.get_session().create_client("dynamodb")
gc.enable()


def handler(event: dict[str, str], _context: object) -> str:
    return Message.model_validate(event).payment_id
