"""A new operation in the contract becomes a method of both clients without further edits."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from infra.generate import api, spec
from infra.generate.clients import operations, packages

PATH = "/payments/{payment_id}/refunds"


@pytest.fixture
def refunds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add two operations to the contract: a POST with a key, and a list."""
    document = spec.load(api.SPEC)
    post, get = (deepcopy(document["paths"]["/payments"][method]) for method in ("post", "get"))
    place = document["paths"]["/payments/{payment_id}"]["get"]["parameters"][0]
    trace = {"name": "X-Trace", "in": "header", "schema": {"type": "string", "maxLength": 32}}
    post |= {"operationId": "createRefund", "parameters": [place, *post["parameters"]]}
    get |= {"operationId": "listRefunds", "parameters": [place, trace, *get["parameters"]]}
    document["paths"][PATH] = {"post": post, "get": get}

    def load(name: str) -> dict[str, Any]:
        return deepcopy(document) if name == api.SPEC else spec.load(name)

    for module in (api, operations):
        monkeypatch.setattr(module, "load", load)


@pytest.mark.usefixtures("refunds")
def test_a_new_operation_is_a_method_of_both_clients() -> None:
    files = packages.render()

    python = "".join(files["generated/clients/python/payments_client/client.py"].split())
    assert (
        "defcreate_refund(self,payment_id:PaymentId,body:PaymentRequest,*,"
        "idempotency_key:str|None=None)->Payment:" in python
    )
    assert "deflist_refunds(self,payment_id:PaymentId,*,status:PaymentStatus|None=None," in python
    assert "defiter_refunds(" in python
    checked = files["generated/clients/python/payments_client/operations.py"]
    assert "x_trace: Annotated[str, Field(max_length=32)] | None = None" in checked
    javascript = files["generated/clients/typescript/client.js"]
    assert "createRefund(paymentId, body, options = {})" in javascript
    assert "path: `/payments/${encodeURIComponent(paymentId)}/refunds`" in javascript
    assert 'headers: [["X-Trace", parameters["X-Trace"]]]' in javascript
    assert "async *iterateRefunds(paymentId, parameters = {}, options = {})" in javascript
    types = files["generated/clients/typescript/index.d.ts"]
    assert '"X-Trace"?: string' in types
