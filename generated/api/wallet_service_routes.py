"""What wallet-service serves (specs/openapi.yaml): a method per operation, and how to call it."""

from collections.abc import Mapping
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


WALLET_SERVICE_ROUTES: Final[Mapping[tuple[str, str], Route[WalletServiceApi]]] = {
    ("GET", "/wallets"): Route(
        operation=OPERATIONS["listWallets"],
        call=lambda api, caller, request: api.list_wallets(
            caller,
        ),
    ),
    ("GET", "/wallets/{currency}"): Route(
        operation=OPERATIONS["getWallet"],
        call=lambda api, caller, request: api.get_wallet(
            caller,
            request.parameters(GetWalletParameters),
        ),
        parameters=(
            Parameter("currency", "currency", "path", False),
            Parameter("user_id", "user_id", "query", False),
        ),
    ),
    ("POST", "/wallets/{currency}/deposits"): Route(
        operation=OPERATIONS["createDeposit"],
        call=lambda api, caller, request: api.create_deposit(
            caller,
            request.parameters(CreateDepositParameters),
            request.body(DepositRequest),
        ),
        parameters=(
            Parameter("currency", "currency", "path", False),
            Parameter("idempotency_key", "Idempotency-Key", "header", False),
        ),
    ),
}
