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
        "a deposit goes to whoever asks for it",
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
        "        return Answer(_document(payment))",
        "        return Answer(_document(payment.at_first()))",
    ),
    Mutant(
        "a page forgets its last payment",
        PAYMENT_STORE,
        "        return Page(tuple(found), position)",
        "        return Page(tuple(found[: size - 1]), position)",
    ),
    Mutant(
        "every other payment of a batch is refused",
        WALLET_DECISIONS,
        "    if held.balance.available < event.amount.value:",
        "    if held.balance.available < event.amount.value or held.balance.reserved % 2:",
    ),
    Mutant(
        "a balance is updated without looking at its version",
        WALLET_STORE,
        """                    "SET available = :available, reserved = :reserved, version = :next"
                ),
                "ConditionExpression": "version = :version",""",
        """                    "SET available = :available, reserved = :reserved, version = :next"
                ),
                "ConditionExpression": "version >= :version",""",
    ),
    Mutant(
        "a new balance overwrites one that somebody just made",
        WALLET_STORE,
        '''            "reserved": number(after.reserved),
            "version": number(1),
        }
        condition = "attribute_not_exists(wallet_id)"''',
        """            "reserved": number(after.reserved),
            "version": number(1),
        }
        condition = "version <> :x"
        return {"Put": {"TableName": self.table, "Item": item}}""",
    ),
    Mutant(
        "a reservation overwrites one that is there",
        WALLET_STORE,
        """            "outbox": text(outbox),
        }
        condition = "attribute_not_exists(wallet_id)"
        return {"Put": {"TableName": self.table, "Item": item, "Condition""",
        """            "outbox": text(outbox),
        }
        return {"Put": {"TableName": self.table, "Item": item}}
        condition = ""
        return {"Put": {"TableName": self.table, "Item": item, "Condition""",
        seed=13,
    ),
    Mutant(
        "a reservation moves without looking at its version",
        WALLET_STORE,
        """"SET #status = :status, outbox = :outbox, version = :next",
                "ConditionExpression": "version = :version",""",
        """"SET #status = :status, outbox = :outbox, version = :next",
                "ConditionExpression": "version <= :next AND version >= :version",""",
        seed=47,
    ),
    Mutant(
        "a reservation's version stands still",
        WALLET_STORE,
        """":version": number(known.version),
                    ":next": number(known.version + 1),""",
        """":version": number(known.version),
                    ":next": number(known.version),""",
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
        seed=21,
    ),
    Mutant(
        "a deposit is written again under the same key",
        WALLET_STORE,
        """            "ConditionExpression": "attribute_not_exists(wallet_id)",
        }
        balance = (""",
        """        }
        balance = (""",
        seed=114,
    ),
    Mutant(
        "a deposit is not announced",
        WALLET_STORE,
        '_deposit_item(deposit) | {"outbox": text(outbox)}',
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
        "held.balance.available < event.amount.value",
        "held.balance.posted < event.amount.value",
        seed=28,
    ),
    Mutant(
        "a wallet reserves after the deadline",
        WALLET_DECISIONS,
        '    if now >= event.expires_at:\n        return _refused(held, event, "expired")\n',
        "",
        seed=41,
    ),
    Mutant(
        "a question asked again reserves again",
        WALLET_DECISIONS,
        "    if held.reservation:\n        return again(held)\n",
        '    if held.reservation and held.reservation.status != "released":\n'
        "        return again(held)\n",
    ),
    Mutant(
        "a question asked again is not answered",
        WALLET_DECISIONS,
        "    if held.reservation:\n        return again(held)\n",
        '    if held.reservation:\n        return unchanged(held, "answered before")\n',
    ),
    Mutant(
        "an approval that comes first is dropped",
        WALLET_DECISIONS,
        "    if reservation is None:\n        raise Early(",
        "    if reservation is None:\n        return Balance(available=0, reserved=0), None\n"
        "        raise Early(",
        seed=2,
    ),
    Mutant(
        "an approval releases, a rejection deducts",
        WALLET_DECISIONS,
        "Held(balance.deduct(event.amount.value)",
        "Held(balance.release(event.amount.value)",
    ),
    Mutant(
        "a fold forgets what its first message did",
        "handlers.wallet_service.fold",
        "        balance = decided.state.balance\n        steps",
        "        balance = decided.state.balance or balance\n"
        "        balance = wallet.balance if len(steps) > 1 else balance\n        steps",
    ),
    Mutant(
        "a failure in a fold counts as done",
        "handlers.wallet_service.consumer",
        "step.decided if isinstance(step.decided, Failure) else step.decided.note",
        "str(step.decided) if isinstance(step.decided, Failure) else step.decided.note",
        seed=2,
    ),
    Mutant(
        "a payment is created over one that is there",
        PAYMENT_STORE,
        """                ConditionExpression="attribute_not_exists(payment_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
""",
        "",
    ),
    Mutant(
        "a payment ends without looking at its version",
        PAYMENT_STORE,
        '"ConditionExpression": "version = :version",',
        '"ConditionExpression": "version <= :next AND version >= :version",',
        seed=2,
    ),
    Mutant(
        "a payment's end is not announced",
        PAYMENT_STORE,
        '"updated_at": payment.updated_at, "outbox": outbox}',
        '"updated_at": payment.updated_at, "outbox": payment.outbox or outbox}',
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
        """    if _made(payment, "failed"):
        return unchanged(payment, "already failed")
""",
        """    if payment.status == "failed":
        return unchanged(payment, "already failed")
    if reason == "reservation_expired":
        completed = PaymentCompleted(
            payment_id=payment.payment_id, user_id=payment.user_id, amount=payment.amount
        )
        return Decision(payment.completed(now), (completed,), note="completed")
""",
        seed=10,
    ),
)
