"""Entry point: new payments and the gateway's answers, one transaction per wallet and batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from generated.services.wallet_service import WALLET_SERVICE_RECEIVES, WalletServiceMessage
from handlers.core.errors import Failure
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.commit import until_settled
from handlers.runtime.queue import BatchResponse, Consumer, Outcome, Received, SqsBatch
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.wallet_service.fold import fold, rounds
from handlers.wallet_service.store import Wallets
from handlers.wallet_service.wallet import wallet_id

Message: TypeAlias = WalletServiceMessage


def react(wallets: Wallets, clock: Clock, batch: Sequence[Received[Message]]) -> list[Outcome]:
    """Return the outcome of each message; those about one wallet are written together."""
    by_wallet: dict[str, list[Message]] = {}
    for received in batch:
        by_wallet.setdefault(_wallet_of(received.message), []).append(received.message)
    outcomes: dict[int, Outcome] = {}
    for wallet, messages in by_wallet.items():
        for turn in rounds(messages):
            results = _react_safely(wallets, clock, wallet, turn)
            outcomes |= {id(m): o for m, o in zip(turn, results, strict=True)}
    return [outcomes[id(received.message)] for received in batch]


def _wallet_of(message: Message) -> str:
    return wallet_id(message.data.user_id, message.data.amount.currency)


def _react_safely(
    wallets: Wallets, clock: Clock, wallet: str, messages: Sequence[Message]
) -> Sequence[Outcome]:
    try:
        return _react_to_wallet(wallets, clock, wallet, messages)
    except Failure as failure:
        return [failure] * len(messages)
    except Exception as error:  # noqa: BLE001 - one message may be the cause: handle each alone
        if len(messages) == 1:
            return [error]
        return [_react_safely(wallets, clock, wallet, [message])[0] for message in messages]


def _react_to_wallet(
    wallets: Wallets, clock: Clock, wallet: str, messages: Sequence[Message]
) -> list[Outcome]:
    """Fetch, fold, commit; again while another writer is faster.

    Raises Failure when nothing could be written.
    """

    def attempt() -> list[Outcome]:
        now = clock.now()
        before = wallets.fetch(wallet, [message.data.payment_id for message in messages])
        folded = fold(before, messages, now)
        wallets.commit(before, folded, now)
        return [
            step.decided if isinstance(step.decided, Failure) else step.decided.note
            for step in folded.steps
        ]

    return until_settled(clock, attempt)


def build(settings: Settings, clock: Clock) -> Consumer[Message]:
    wallets = Wallets(aws.dynamodb(), settings.text("WALLETS_TABLE"))
    return Consumer(
        receives=WALLET_SERVICE_RECEIVES,
        handle=lambda batch: react(wallets, clock, batch),
        sqs=aws.sqs(),
        clock=clock,
    )


consumer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(batch: SqsBatch, _context: object) -> BatchResponse:
    return consumer.consume(batch)
