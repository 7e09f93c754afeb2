"""What wallet-service serves (specs/openapi.yaml): a method per operation, and the models to parse for it."""

from typing import Final, Protocol

from generated.api.wallet_service import (
    CreateDepositParameters,
    Deposit,
    DepositRequest,
    GetWalletParameters,
    Wallet,
    WalletList,
)
from generated.catalogue import OPERATIONS
from generated.contract import Answer, Caller, Parameter, Route


class WalletServiceApi(Protocol):
    """Every operation of wallet-service; each may raise handlers.core.problem.Problem."""

    def list_wallets(
        self,
        caller: Caller,
    ) -> Answer[WalletList]:
        """List own wallets."""
        ...

    def get_wallet(
        self,
        caller: Caller,
        parameters: GetWalletParameters,
    ) -> Answer[Wallet]:
        """Read one of your wallets."""
        ...

    def create_deposit(
        self,
        caller: Caller,
        parameters: CreateDepositParameters,
        body: DepositRequest,
    ) -> Answer[Deposit]:
        """Put money into a wallet."""
        ...


WALLET_SERVICE_ROUTES: Final = {
    ("GET", "/wallets"): Route(
        operation=OPERATIONS["listWallets"],
        function="list_wallets",
    ),
    ("GET", "/wallets/{currency}"): Route(
        operation=OPERATIONS["getWallet"],
        function="get_wallet",
        parameters=(Parameter("currency", "currency", "path", False),),
        parameters_model=GetWalletParameters,
    ),
    ("POST", "/wallets/{currency}/deposits"): Route(
        operation=OPERATIONS["createDeposit"],
        function="create_deposit",
        parameters=(
            Parameter("currency", "currency", "path", False),
            Parameter("idempotency_key", "idempotency-key", "header", False),
        ),
        parameters_model=CreateDepositParameters,
        body_model=DepositRequest,
    ),
}
