"""What `wallet.reservation_failed` carries (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import Money, PaymentId, UserId
from generated.model import Model


class WalletReservationFailed(Model):
    """The wallet refused to reserve the amount; nothing was set aside."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: Literal["insufficient_funds", "wallet_not_found", "expired"]
    """Why the wallet refused."""
