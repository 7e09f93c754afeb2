"""The procedure of specs/README.md for two versions of an event, as edits of contract and code.

`wallet.funds_released.v2` calls `code` what `wallet.funds_released` calls `reason`, which would
break its readers: payment-orchestrator, which decides about it, and metrics-collector.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from infra.contracts.documents import ASYNCAPI, Documents, Example
from tests.contracts.edits import edited, versioned
from tests.contracts.payloads import CONTRACT
from tests.contracts.written import after_release
from tests.tree import copied

OLD: Final = "wallet.funds_released"
NEW: Final = "wallet.funds_released.v2"
OLD_DATA: Final = "WalletFundsReleased"
NEW_DATA: Final = "WalletFundsReleasedV2"
MESSAGES: Final = "components/messages"

# File -> pairs of texts in it and their replacements.
Edits: TypeAlias = Mapping[str, Mapping[str, str]]


def _beside(contract: Documents) -> Documents:
    """Return the contract with channel, message, schema and examples of the new version."""
    document: Any = contract.copy(ASYNCAPI)
    for section in ("channels", "operations"):
        old = {name: node for name, node in document[section].items() if name.endswith(OLD)}
        document[section] |= json.loads(json.dumps(old).replace(OLD, NEW))
    parts = document["components"]
    message = json.dumps(parts["messages"][OLD]).replace(OLD, NEW).replace(OLD_DATA, NEW_DATA)
    parts["messages"][NEW] = json.loads(message) | {"x-announced-as": OLD}
    parts["schemas"][NEW_DATA] = _renamed(parts["schemas"][OLD_DATA])
    examples = (*contract.examples, *map(_of_new, contract.examples_of(OLD)))
    return Documents({**contract.by_name, ASYNCAPI: document}, examples)


def _renamed(schema: Any) -> Any:
    text = json.dumps(schema).replace('"reason"', '"code"').replace(OLD_DATA, NEW_DATA)
    renamed = json.loads(text)
    renamed["properties"]["code"]["x-decided"] = True  # the reservation has no such field
    return renamed


def _of_new(old: Example) -> Example:
    return Example(NEW, old.name, old.body.replace(OLD, NEW).replace('"reason"', '"code"'))


def _switched(contract: Documents) -> Documents:
    """Return the contract with x-announced-as moved from the new version to the old."""
    switched = edited("events", f"{MESSAGES}/{NEW}/x-announced-as", contract=contract)
    return edited("events", f"{MESSAGES}/{OLD}/x-announced-as", NEW, switched)


def _removed(contract: Documents) -> Documents:
    document: Any = contract.copy(ASYNCAPI)
    for section in ("channels", "operations"):
        kept = {k: v for k, v in document[section].items() if not k.endswith(OLD)}
        document[section] = kept
    del document["components"]["messages"][OLD], document["components"]["schemas"][OLD_DATA]
    examples = tuple(example for example in contract.examples if example.event != OLD)
    return Documents({**contract.by_name, ASYNCAPI: document}, examples)


RELEASED: Final = versioned(CONTRACT, "1.0.0")
BESIDE: Final = versioned(_beside(RELEASED), "1.1.0")
SWITCHED: Final = versioned(_switched(BESIDE), "1.2.0")
REMOVED: Final = versioned(_removed(SWITCHED), "2.0.0")

CONSUMER: Final = "handlers/payment_orchestrator/decisions.py"
CONSUMER_MOVES: Final = "handlers/payment_orchestrator/payment.py"
PRODUCER: Final = "handlers/wallet_service/decisions.py"
PRODUCER_MOVES: Final = "handlers/wallet_service/wallet.py"
BUILDERS: Final = "tests/builders.py"
HISTORIES: Final = "tests/contracts/histories.py"
IMPORT: Final = f"from generated.events.wallet_funds_released import {OLD_DATA}\n"
IMPORT_NEW: Final = f"from generated.events.wallet_funds_released_v2 import {NEW_DATA}\n"
CASE: Final = """\
        case WalletFundsReleased():
            return on_wallet_funds_released(payment, event, now)
"""
CASE_NEW: Final = CASE.replace(OLD_DATA, NEW_DATA).replace("released(", "released_v2(")
FUNCTION: Final = '''\
def on_wallet_funds_released(payment: Payment, event: WalletFundsReleased, now: str) -> Decided:
    """Fail the payment with the gateway's reason."""
    return _failed(payment, event.reason, now)


'''
FUNCTION_NEW: Final = (
    FUNCTION.replace(OLD_DATA, NEW_DATA)
    .replace("released(", "released_v2(")
    .replace("event.reason", "event.code")
)
RELEASES: Final = "    released = wallet_funds_released_from(event)\n"
RELEASES_NEW: Final = "    released = wallet_funds_released_v2_from(event, code=event.reason)\n"
IMPORT_FROM: Final = IMPORT.replace(OLD_DATA, "wallet_funds_released_from")
IMPORT_FROM_NEW: Final = IMPORT_NEW.replace(NEW_DATA, "wallet_funds_released_v2_from")
FAILS: Final = "on=(WalletReservationFailed, WalletFundsReleased)"
FAILS_BOTH: Final = "on=(WalletReservationFailed, WalletFundsReleased, WalletFundsReleasedV2)"
FAILS_NEW: Final = FAILS.replace(OLD_DATA, NEW_DATA)
ANNOUNCES: Final = f"announces={OLD_DATA})"
BUILT: Final = """\
def released(**changes: Any) -> WalletFundsReleased:
    return WalletFundsReleased(**about(**{"reason": "do_not_honor"} | changes))
"""
RECEIVED: Final = """\
    data = {**about(facts), "reason": "do_not_honor"}
    _receive(system, "payment-orchestrator", "wallet.funds_released", data)
"""

DECIDES_BOTH: Final[Edits] = {
    CONSUMER: {
        IMPORT: IMPORT + IMPORT_NEW,
        CASE: CASE + CASE_NEW,
        FUNCTION: FUNCTION + FUNCTION_NEW,
    },
    CONSUMER_MOVES: {IMPORT: IMPORT + IMPORT_NEW, FAILS: FAILS_BOTH},
}
ANNOUNCES_NEW: Final[Edits] = {
    PRODUCER: {IMPORT_FROM: IMPORT_FROM_NEW, RELEASES: RELEASES_NEW},
    PRODUCER_MOVES: {
        IMPORT: IMPORT_NEW,
        ANNOUNCES: ANNOUNCES.replace(OLD_DATA, NEW_DATA),
    },
}
DECIDES_NEW: Final[Edits] = {
    CONSUMER: {IMPORT: IMPORT_NEW, CASE: CASE_NEW, FUNCTION: FUNCTION_NEW},
    CONSUMER_MOVES: {IMPORT: IMPORT_NEW, FAILS: FAILS_NEW},
    BUILDERS: {
        IMPORT: IMPORT_NEW,
        BUILT: BUILT.replace(OLD_DATA, NEW_DATA).replace('"reason"', '"code"'),
    },
    HISTORIES: {RECEIVED: RECEIVED.replace(OLD, NEW).replace('"reason"', '"code"')},
}


@dataclass(frozen=True, slots=True)
class Stage:
    """The released contract, the next one, and the code that goes with the next one."""

    released: Documents
    contract: Documents
    code: tuple[Edits, ...]


STAGES: Final = {
    "new version declared": Stage(RELEASED, BESIDE, (DECIDES_BOTH,)),
    "producer switched": Stage(BESIDE, SWITCHED, (DECIDES_BOTH, ANNOUNCES_NEW)),
    "old version removed": Stage(SWITCHED, REMOVED, (DECIDES_NEW, ANNOUNCES_NEW)),
}


def in_a_tree(folder: Path, stage: Stage) -> Path:
    """Return a copy of the repository at this stage, before `make generate`."""
    copied(folder, specs=False)
    after_release(folder / "specs", stage.released, stage.contract)
    for edits in stage.code:
        edit(folder, edits)
    return folder


def undone(edits: Edits) -> Edits:
    return {
        name: {after: before for before, after in replaced.items()}
        for name, replaced in edits.items()
    }


def edit(folder: Path, edits: Edits) -> None:
    for name, replaced in edits.items():
        text = (folder / name).read_text("utf-8")
        for before, after in replaced.items():
            assert text.count(before) == 1, f"{name} no longer has {before!r}: adapt this file"
            text = text.replace(before, after)
        (folder / name).write_text(text, "utf-8")
