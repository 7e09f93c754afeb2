"""What `wallet.funds_deposited` carries (specs/asyncapi.yaml)."""

from generated.common import DepositId, Money, UserId
from generated.model import Model


class WalletFundsDeposited(Model):
    """Money was put into a wallet."""

    deposit_id: DepositId
    user_id: UserId
    amount: Money
