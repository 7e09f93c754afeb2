"""Looking into the simulated gateway and steering it: for tests, demos and operators of it."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulator import contract
from infra.local.simulator.app import Simulator
from infra.local.simulator.contract import FieldError, ProblemError

KEYS_MAX: Final = 10_000


class Control:
    """The endpoints under /simulator. They answer during an outage too."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def charges(self, request: Request) -> Response:
        """Every key, latest first, with how often it was asked and charged; and the totals."""
        self._check(request)
        key = request.query_params.get("idempotency_key")
        ledger = self._simulator.ledger
        keys = ledger.overview(idempotency_key=key, keys_max=KEYS_MAX)
        return JSONResponse({"charges": keys, "totals": ledger.totals()})

    async def reset(self, request: Request) -> Response:
        """Forget everything, end an outage, let go what is held."""
        self._check(request)
        self._simulator.is_down = False
        await self._simulator.holds.release()
        self._simulator.ledger.forget()
        return Response(status_code=204)

    async def outage(self, request: Request) -> Response:
        """Take the gateway down or up."""
        self._check(request)
        if request.method == "PUT":
            self._simulator.is_down = _mode(contract.json_body(await request.body())) == "down"
        return JSONResponse({"mode": "down" if self._simulator.is_down else "up"})

    async def held(self, request: Request) -> Response:
        """How many requests are held now."""
        self._check(request)
        return JSONResponse({"held": self._simulator.holds.held})

    async def release(self, request: Request) -> Response:
        """Let all held requests go on now; answers when each has done what it came for."""
        self._check(request)
        return JSONResponse({"released": await self._simulator.holds.release()})

    async def health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    def _check(self, request: Request) -> None:
        contract.check_api_key(request, self._simulator.options.api_key)


def _mode(body: Any) -> str:
    match body:
        case {"mode": "down" | "up" as mode}:
            return str(mode)
        case _:
            raise ProblemError(
                "validation-failed",
                'Send {"mode": "down"} or {"mode": "up"}.',
                FieldError("mode", "is neither down nor up"),
            )


def routes(control: Control) -> list[Route]:
    """The paths under /simulator."""
    return [
        Route("/simulator/health", control.health, methods=["GET"]),
        Route("/simulator/charges", control.charges, methods=["GET"]),
        Route("/simulator/reset", control.reset, methods=["POST"]),
        Route("/simulator/outage", control.outage, methods=["GET", "PUT"]),
        Route("/simulator/holds", control.held, methods=["GET"]),
        Route("/simulator/holds/release", control.release, methods=["POST"]),
    ]
