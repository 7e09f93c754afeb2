"""Bugs planted in wallets and payments, each of which simulation must find."""

from __future__ import annotations

from typing import Final

from tests.simulation.mutant import Mutant

WALLET_STORE: Final = "handlers.wallet_service.store"
COMMIT: Final = "handlers.runtime.commit"
WALLET_DECISIONS: Final = "handlers.wallet_service.decisions"
PAYMENT_STORE: Final = "handlers.payment_orchestrator.store"
PAYMENT_DECISIONS: Final = "handlers.payment_orchestrator.decisions"

WALLET_API: Final = "handlers.wallet_service.api"
PAYMENT_API: Final = "handlers.payment_orchestrator.api"

IN_PAYMENTS: Final = (
    Mutant(
        "a deposit is acknowledged and not written",
        WALLET_API,
        "        self.wallets.commit_deposit(",
        "        _ = lambda: self.wallets.commit_deposit(",
    ),
    Mutant(
        "a deposit goes to the user who asks for it",
        WALLET_API,
        "            user_id=owner,\n",
        "            user_id=caller.user_id,\n",
    ),
    Mutant(
        "a list shows the payments of one user to everybody",
        PAYMENT_API,
        "        page = self.payments.page(\n            caller.user_id,",
        '        page = self.payments.page(\n            "user-0",',
        seed=1,
    ),
    Mutant(
        "a payment cannot be read by its owner",
        PAYMENT_API,
        "        if payment is None or payment.user_id != caller.user_id:",
        "        if payment is None or payment.user_id:",
    ),
    Mutant(
        "a payment is always shown as pending",
        PAYMENT_API,
        "        return Answer(payment_from(payment))",
        "        return Answer(payment_from(payment.at_first()))",
    ),
    Mutant(
        "a page forgets its last payment",
        PAYMENT_STORE,
        "        return Page(tuple(found), position)",
        "        return Page(tuple(found[: size - 1]), position)",
        seed=3,
    ),
    Mutant(
        "every other payment of a batch is refused",
        WALLET_DECISIONS,
        "    if funds.balance.available < event.amount.value:",
        "    if funds.balance.available < event.amount.value or funds.balance.reserved % 2:",
    ),
    Mutant(
        "a balance is updated without looking at its version",
        WALLET_STORE,
        """        return changed_item(
            self.table, _key(wallet, BALANCE), _balance_item(after), version=before.version
        )
""",
        """        write = changed_item(
            self.table, _key(wallet, BALANCE), _balance_item(after), version=before.version
        )
        return {"Update": write["Update"] | {"ConditionExpression": "version >= :version"}}
""",
        seed=3,
    ),
    Mutant(
        "a new balance overwrites one that somebody just made",
        WALLET_STORE,
        "_balance_item(after)\n        return new_item(self.table, item, key=KEY)",
        '_balance_item(after)\n        return new_item(self.table, item, key="absent")',
        seed=3,
    ),
    Mutant(
        "a reservation overwrites one that is there",
        WALLET_STORE,
        "_reservation_item(reservation) | changes, key=KEY)",
        '_reservation_item(reservation) | changes, key="absent")',
        seed=0,
    ),
    Mutant(
        "a reservation moves without looking at its version",
        WALLET_STORE,
        "        return changed_item(self.table, key, changes, version=known.version)",
        """        write = changed_item(self.table, key, changes, version=known.version)
        condition = "version <= :next AND version >= :version"
        return {"Update": write["Update"] | {"ConditionExpression": condition}}""",
        seed=4,
    ),
    Mutant(
        "a reservation's version never increases",
        WALLET_STORE,
        "        return changed_item(self.table, key, changes, version=known.version)",
        """        write = changed_item(self.table, key, changes, version=known.version)
        write["Update"]["ExpressionAttributeValues"][":next"] = number(known.version)
        return write""",
    ),
    Mutant(
        "the balance is written in a write of its own",
        WALLET_STORE,
        "        commit(self.dynamodb, writes)\n",
        "        for write in writes:\n            commit(self.dynamodb, [write])\n",
    ),
    Mutant(
        "keys that BatchGetItem leaves over are forgotten",
        COMMIT,
        'wanted = list(left["Keys"]) if left else []',
        "wanted = []",
        seed=28,
    ),
    Mutant(
        "a deposit is written again under the same key",
        WALLET_STORE,
        "[new_item(self.table, item, key=KEY), balance]",
        '[new_item(self.table, item, key="absent"), balance]',
        seed=0,
    ),
    Mutant(
        "a deposit is not announced",
        WALLET_STORE,
        '_deposit_item(deposit) | with_texts({"outbox": outbox})',
        "_deposit_item(deposit)",
    ),
    Mutant(
        "a release gives the money back without closing the reservation's part",
        "handlers.wallet_service.wallet",
        "available=self.available + value, reserved=self.reserved - value)",
        "available=self.available + value)",
    ),
    Mutant(
        "more is reserved than there is",
        WALLET_DECISIONS,
        "funds.balance.available < event.amount.value",
        "funds.balance.posted < event.amount.value",
        seed=0,
    ),
    Mutant(
        "a wallet reserves after the deadline",
        WALLET_DECISIONS,
        '    if now >= event.expires_at:\n        return _refused(funds, event, "expired")\n',
        "",
        seed=37,
    ),
    Mutant(
        "a question asked again reserves again",
        WALLET_DECISIONS,
        "    if funds.reservation:\n        return again(funds)\n",
        """    if funds.reservation and funds.reservation.status != "released":
        return again(funds)
""",
    ),
    Mutant(
        "a question asked again is not answered",
        WALLET_DECISIONS,
        "    if funds.reservation:\n        return again(funds)\n",
        '    if funds.reservation:\n        return unchanged(funds, "answered before")\n',
    ),
    Mutant(
        "an approval that comes first is dropped",
        WALLET_DECISIONS,
        '    if _already(funds, event.payment_id, "deducted"):',
        '    if funds.reservation is None or _already(funds, event.payment_id, "deducted"):',
        seed=33,
    ),
    Mutant(
        "an approval releases, a rejection deducts",
        WALLET_DECISIONS,
        '"deducted", funds.deduct(), deducted',
        '"deducted", funds.release(), deducted',
    ),
    Mutant(
        "a fold forgets what its first message did",
        "handlers.wallet_service.fold",
        "        balance = decided.state.balance\n        steps",
        "        balance = decided.state.balance or balance\n"
        "        balance = wallet.balance if len(steps) > 1 else balance\n        steps",
        seed=3,
    ),
    Mutant(
        "a failure in a fold counts as done",
        "handlers.wallet_service.consumer",
        "step.decided if isinstance(step.decided, Failure) else step.decided.note",
        "str(step.decided) if isinstance(step.decided, Failure) else step.decided.note",
        seed=10,
    ),
    Mutant(
        "a payment is created over one that is there",
        PAYMENT_STORE,
        'new_item(self.table, item, key="payment_id")',
        'new_item(self.table, item, key="absent")',
    ),
    Mutant(
        "a payment ends without looking at its version",
        PAYMENT_STORE,
        "commit(self.dynamodb, [changed_item(self.table, key, changes, version=payment.version)])",
        """write = changed_item(self.table, key, changes, version=payment.version)
        condition = "version <= :next AND version >= :version"
        update = write["Update"] | {"ConditionExpression": condition}
        commit(self.dynamodb, [{"Update": update}])""",
        seed=3,
    ),
    Mutant(
        "a payment's end is not announced",
        PAYMENT_STORE,
        '                "outbox": outbox,\n',
        '                "outbox": payment.outbox or outbox,\n',
    ),
    Mutant(
        "payment ids come from the key alone",
        "handlers.payment_orchestrator.api",
        'derived("pay", caller.user_id, key)',
        'derived("pay", key)',
        seed=1,
    ),
    Mutant(
        "a key is good for any body",
        "handlers.payment_orchestrator.api",
        "existing.request_fingerprint != payment.request_fingerprint",
        "not existing.request_fingerprint",
    ),
    Mutant(
        "an answer repeated shows today's status",
        "handlers.payment_orchestrator.api",
        "existing.at_first() if existing else payment",
        "existing or payment",
    ),
    Mutant(
        "everybody may read a payment",
        "handlers.payment_orchestrator.api",
        "payment is None or payment.user_id != caller.user_id",
        "payment is None",
    ),
    Mutant(
        "nobody asks again after the deadline",
        PAYMENT_DECISIONS,
        "    return again(payment)\n",
        '    return unchanged(payment, "too late")\n',
    ),
    Mutant(
        "a released payment is completed",
        PAYMENT_DECISIONS,
        """    if _already(payment, "failed"):
        return unchanged(payment, "already failed")
""",
        """    if payment.status == "failed":
        return unchanged(payment, "already failed")
    if reason == "reservation_expired":
        completed = payment_completed_from(payment)
        return Decision(payment.complete(now), (completed,), note="completed")
""",
        seed=10,
    ),
)
