"""Names: physical names carry the stack's prefix, logical ids follow from the name without it."""

import re
from typing import Final

from troposphere import Sub

PREFIX: Final = "payments-${Stage}"  # is also the stack's name
# Custom metrics carry the dimension `service` only: stages that share an account share them.
METRICS_NAMESPACE: Final = "Payments"
API_STAGE: Final = "v1"


def named(name: str = "", *, before: str = "") -> Sub:
    """The physical name in this stack, `payments-<stage>-<name>`; of nothing, the prefix."""
    return Sub("-".join(filter(None, (f"{before}{PREFIX}", name))))


def camel(name: str) -> str:
    """A logical id: `wallet-service--payment-initiated` -> `WalletServicePaymentInitiated`."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name))


def queue_arn(name: str) -> Sub:
    """The ARN of a queue by its name, for the one place where a reference would be circular."""
    return Sub(f"arn:${{AWS::Partition}}:sqs:${{AWS::Region}}:${{AWS::AccountId}}:{PREFIX}-{name}")
