"""Entry point: read balances, deposit money."""

from __future__ import annotations

from dataclasses import dataclass

from generated.api.wallet_service import (
    CreateDepositParameters,
    DepositRequest,
    GetWalletParameters,
    Wallet,
    WalletList,
    deposit_from,
)
from generated.api.wallet_service import Deposit as DepositDocument
from generated.api.wallet_service_routes import WALLET_SERVICE_ROUTES, WalletServiceApi
from generated.common import Currency
from generated.contract import Answer, Caller
from handlers.core.envelope import Cause
from handlers.core.identity import derived, request_fingerprint
from handlers.core.problem import FieldError, Problem, invalid, key_reused, not_found
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.commit import until_settled
from handlers.runtime.http import Event, Response, Server, serving
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.wallet_service.decisions import deposited
from handlers.wallet_service.store import Wallets
from handlers.wallet_service.wallet import Balance, Deposit, wallet_id

OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Api(WalletServiceApi):
    """The operations of specs/openapi.yaml whose x-service is wallet-service."""

    wallets: Wallets
    clock: Clock

    def list_wallets(self, caller: Caller) -> Answer[WalletList]:
        balances = self.wallets.of_user(caller.user_id)
        items = [_document(currency, balance) for currency, balance in balances.items()]  # type: ignore[arg-type]
        return Answer(WalletList(items=items))

    def get_wallet(self, caller: Caller, parameters: GetWalletParameters) -> Answer[Wallet]:
        """Raises Problem 403, or 404 when nothing was ever deposited in this currency."""
        owner = _owner(caller, parameters.user_id)
        balance = self.wallets.balance(wallet_id(owner, parameters.currency))
        if balance is None:
            raise not_found(f"There is no wallet in {parameters.currency}.")
        return Answer(_document(parameters.currency, balance))

    def create_deposit(
        self, caller: Caller, parameters: CreateDepositParameters, body: DepositRequest
    ) -> Answer[DepositDocument]:
        """Deposit the money, once per key. Raises Problem 403, 409 or 422."""
        owner = _owner(caller, body.user_id)
        if body.amount.currency != parameters.currency:
            mismatch = f"should be {parameters.currency}, the currency of the path"
            raise invalid(422, [FieldError("amount.currency", mismatch)])
        deposit = Deposit(
            deposit_id=derived("dep", caller.user_id, parameters.idempotency_key),
            user_id=owner,
            amount=body.amount,
            created_at=self.clock.now(),
            request_fingerprint=request_fingerprint(body),
        )
        cause = Cause(caller.correlation_id)
        existing = until_settled(self.clock, lambda: self._attempt(deposit, cause))
        if existing and existing.request_fingerprint != deposit.request_fingerprint:
            raise key_reused()
        replayed = {"Idempotency-Replayed": "true"} if existing else {}
        headers = {"Location": _location(caller, owner, parameters.currency)} | replayed
        return Answer(deposit_from(existing or deposit), status=201, headers=headers)

    def _attempt(self, deposit: Deposit, cause: Cause) -> Deposit | None:
        """Write the deposit; return the existing one under its id, if there is one.

        Raises Conflict or Retryable.
        """
        wallet = wallet_id(deposit.user_id, deposit.amount.currency)
        existing, before = self.wallets.fetch_deposit(deposit.deposit_id, wallet)
        if existing:
            return existing
        decided = deposited(before, deposit)
        self.wallets.commit_deposit(decided, before=before, cause=cause)
        return None


def _location(caller: Caller, owner: str, currency: Currency) -> str:
    query = "" if owner == caller.user_id else f"?user_id={owner}"
    return f"/wallets/{currency}{query}"


def _owner(caller: Caller, user_id: str | None) -> str:
    """Return whose wallet it is. Raises Problem 403 for another user's, unless by an operator."""
    owner = user_id or caller.user_id
    if owner != caller.user_id and OPERATOR not in caller.roles:
        raise Problem(
            "urn:problem-type:payments:forbidden",
            403,
            "Another user's wallet needs the role operator.",
            (FieldError("user_id", "is another user"),),
        )
    return owner


def _document(currency: Currency, balance: Balance) -> Wallet:
    return Wallet(
        currency=currency,
        available=balance.available,
        reserved=balance.reserved,
        posted=balance.posted,
    )


def build(settings: Settings, clock: Clock) -> Server[Api]:
    wallets = Wallets(aws.dynamodb(), settings.text("WALLETS_TABLE"))
    return serving(WALLET_SERVICE_ROUTES, Api(wallets, clock), settings)


server = ready(build(Settings(), SYSTEM_CLOCK))


def handler(event: Event, _context: object) -> Response:
    return server.serve(event)
