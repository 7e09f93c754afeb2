"""Errors as botocore raises them."""

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

BAD_REQUEST: Final = 400


class NotInFakeError(BaseException):
    """The fake does not know this operation or form: add it, and compare it with moto.

    Not an Exception, so that no handler can take it for a failure of AWS.
    """


def refused(operation: str, code: str, message: str = "", **more: Any) -> ClientError:
    """Return an error answer of AWS as botocore's exception."""
    return answered(operation, code, message, status=BAD_REQUEST, more=more)


def answered(
    operation: str, code: str, message: str, *, status: int, more: Mapping[str, Any] | None = None
) -> ClientError:
    response: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **(more or {}),
    }
    return ClientError(response, operation)


def only(operation: str, parameters: Mapping[str, Any], *known: str) -> None:
    """Raise NotInFakeError when the call has a parameter that the fake would ignore."""
    unknown = parameters.keys() - set(known)
    if unknown:
        raise NotInFakeError(f"{operation} with {sorted(unknown)}")
