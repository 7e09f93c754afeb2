"""The port to the external gateway: what it can be asked, and every possible answer.

specs/gateway.openapi.yaml is its contract. Implemented by http_gateway.HttpGateway and by the fakes
of the tests.
"""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from handlers.core.errors import Retryable


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeRequest:
    """What the gateway is asked to charge, or asked about: one key, always the same values."""

    idempotency_key: str
    amount_value: int  # minor units
    currency: str
    payee: str


@dataclass(frozen=True, slots=True)
class Approved:
    """The money moved, exactly once."""

    charge_id: str


@dataclass(frozen=True, slots=True)
class Declined:
    """No money moved, and with this key none ever will."""

    code: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The key was cancelled before anything was charged: nothing ever will be."""


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing was decided so far.

    A request still under way may charge later; only `cancel` rules that out.
    """


@dataclass(frozen=True, slots=True)
class Unknown:
    """The gateway did not answer, or not as the contract has it: money may have moved."""

    why: str  # for logs; holds nothing that the gateway or the caller wrote


Answer: TypeAlias = Approved | Declined | Cancelled | NotFound | Unknown


class GatewayCircuitOpen(Retryable):
    """The last calls of this kind all ended Unknown, so this one was not sent.

    Named as the metric that counts it.
    """

    def __init__(self, circuit: str) -> None:
        super().__init__(
            f"circuit {circuit} is open: the gateway's last answers were all unknown, so it was "
            "not asked; it is tried again in a few seconds"
        )
        self.circuit = circuit


class Gateway(Protocol):
    """What gateway-processor needs of the external gateway.

    An unknown outcome is an answer, never an exception. Raised are only `Retryable` (the API key
    was refused, or the circuit is open) and `Permanent` (the gateway refuses the request itself: a
    bug, or a change of its contract).
    """

    def charge(self, request: ChargeRequest) -> Answer:
        """Approved, Declined, Cancelled or Unknown. Sent once; repeating the same is safe."""
        ...

    def inquire(self, request: ChargeRequest) -> Answer:
        """Any answer. Changes nothing at the gateway."""
        ...

    def cancel(self, request: ChargeRequest) -> Answer:
        """Approved, Declined, Cancelled or Unknown: all but the last are final."""
        ...
