"""Rules of valid requests that no schema can express, for schemathesis (schemathesis.toml).

Invalid requests are sent unchanged.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import schemathesis
from schemathesis import GenerationMode

from infra.contracts.integers import whole

KEY: Final = "Idempotency-Key"
DEPOSIT: Final = "POST /wallets/{currency}/deposits"


@schemathesis.hook
def before_call(_context: Any, case: schemathesis.Case[Any], **_kwargs: Any) -> None:
    """Make a valid request keep the rules that no schema expresses.

    A key belongs to one body, integers have no decimal point, and a deposit has the same currency
    in its path and its body.
    """
    if not isinstance(case.body, dict) or not _valid(case):
        return
    case.body = whole(case.body)
    if KEY in (case.headers or {}):
        request = json.dumps(
            [case.operation.label, case.path_parameters, case.body], sort_keys=True
        )
        case.headers[KEY] = hashlib.sha256(request.encode()).hexdigest()
    if case.operation.label == DEPOSIT:
        body: Any = case.body
        case.path_parameters["currency"] = body["amount"]["currency"]


def _valid(case: schemathesis.Case[Any]) -> bool:
    components = case.meta.components.values() if case.meta else ()
    return all(component.mode is GenerationMode.POSITIVE for component in components)
