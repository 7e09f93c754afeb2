"""`wallet.reservation_failed` with its envelope, in `wallet.reservation_failed` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.wallet_reservation_failed import WalletReservationFailed


class WalletReservationFailedMessage(CloudEvent):
    """`wallet.reservation_failed` from wallet-service."""

    source: Literal["wallet-service"]
    type: Literal["wallet.reservation_failed"]
    data: WalletReservationFailed
