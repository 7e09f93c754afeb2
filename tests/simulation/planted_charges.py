"""Bugs planted in gateway-processor's decisions and store, each of which simulation must find."""

from __future__ import annotations

from typing import Final

from tests.simulation.mutant import Mutant

CHARGE_STORE: Final = "handlers.gateway_processor.store"
CHARGE_DECISIONS: Final = "handlers.gateway_processor.decisions"

IN_CHARGES: Final = (
    Mutant(
        "the gateway is asked before the claim is written",
        "handlers.gateway_processor.consumer",
        "    charges.commit(decided, cause=Cause(message.correlationid, message.id), now",
        """    if decided.state.status == "pending" and decided.kind == "moved":
        return decided
    charges.commit(decided, cause=Cause(message.correlationid, message.id), now""",
    ),
    Mutant(
        "a claim overwrites an existing charge",
        CHARGE_STORE,
        '_item(charge) | changes, key="payment_id")',
        '_item(charge) | changes, key="absent")',
        seed=0,
    ),
    Mutant(
        "a charge's end overwrites another end",
        CHARGE_STORE,
        "            write = changed_item(self.table, key, changes, version=charge.version)",
        """            write = changed_item(self.table, key, changes, version=charge.version)
            condition = "version >= :version AND version <= :next"
            write = {"Update": write["Update"] | {"ConditionExpression": condition}}""",
        seed=3,
    ),
    Mutant(
        "an expired charge is closed without cancelling its key",
        CHARGE_DECISIONS,
        """    if now >= charge.expires_at:
        return "cancel"
""",
        """    if now >= charge.expires_at:
        return "inquire"
""",
        also=(
            (
                '            return "cancel" if late else "charge"',
                '            return _expired("pending", charge) if late else "charge"',
            ),
        ),
        seed=10,
    ),
    Mutant(
        "expiry closes a charge whose outcome is unknown",
        CHARGE_DECISIONS,
        """        return unchanged(charge, "outcome unknown at expiry")""",
        '        return _expired("pending", charge)',
        seed=115,
    ),
    Mutant(
        "an unknown answer counts as declined",
        CHARGE_DECISIONS,
        '''                return "cancel" if late else "inquire"''',
        """                return _rejected("pending", charge.decline("no_answer"), "no_answer")""",
        seed=2,
    ),
    Mutant(
        "a charge is claimed after its end",
        CHARGE_DECISIONS,
        """        if now >= event.expires_at:
            return _expired(NONE, _charge(event))
        return moved(""",
        "        return moved(",
        seed=4,
    ),
    Mutant(
        "expiry comes at any time",
        CHARGE_DECISIONS,
        """    if now < event.expires_at:
        why = """,
        """    if now < event.expires_at[:1]:
        why = """,
        seed=71,
    ),
    Mutant(
        "a new charge is cancelled at once",
        CHARGE_DECISIONS,
        '    return "charge" if decided.kind == "moved" else "inquire"',
        '    return "cancel"',
    ),
    Mutant(
        "every payment is charged for the same shop",
        "handlers.gateway_processor.http_gateway",
        '"payee": request.payee',
        '"payee": request.payee if request.payee[:8] == "decline." else "thief-shop-1"',
    ),
    Mutant(
        "a declined charge is announced as expired",
        CHARGE_DECISIONS,
        '            return _rejected("pending", charge.decline(code), code)',
        '            return _rejected("pending", charge.decline(EXPIRED_REASON), EXPIRED_REASON)',
    ),
    Mutant(
        "a decided charge does not answer again",
        CHARGE_DECISIONS,
        "    return again(charge)\n",
        '    return unchanged(charge, "answered before")\n',
    ),
)
