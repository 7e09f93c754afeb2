"""The simulated gateway's API: specs/gateway.openapi.yaml, and what the magic payees do to it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from infra.local.simulator import contract, payees
from infra.local.simulator.contract import FieldError, ProblemError, problem_response
from infra.local.simulator.holds import Holds
from infra.local.simulator.ledger import Asked, Decision, Ledger
from infra.local.simulator.payees import Answering, Behaviour, Processing

# The client gives up after 3 s (READ_TIMEOUT_S of its adapter): slow stays below, a hold above.
SLOW_S: Final = 2.0
HOLD_S: Final = 3.5
FAULTY_ATTEMPTS: Final = 1
_UNKNOWN: Final = "The outcome is unknown. Inquire by the key."


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the simulator is started."""

    state_dir: Path
    api_key: str = field(repr=False)
    slow_s: float = SLOW_S
    hold_s: float = HOLD_S
    faulty_attempts: int = FAULTY_ATTEMPTS  # of a key that a passing fault spoils


DropConnection = Callable[[Request], None]
Endpoint = Callable[[Request], Awaitable[Response]]


class Simulator:
    """The gateway's state and its endpoints. Runs on one event loop, one step of it at a time."""

    def __init__(self, options: Options, ledger: Ledger, drop: DropConnection) -> None:
        self.options = options
        self.ledger = ledger
        self.holds = Holds()
        self.is_down = False  # not kept: a restart ends an outage
        self._drop = drop

    async def charge(self, request: Request) -> Response:
        self._check(request)
        asked = await contract.charge_request(request)
        earlier = self.ledger.find(asked.idempotency_key)
        attempt = self.ledger.note("charge", asked.idempotency_key, asked.payee)
        if earlier is not None:
            _check_same(earlier, asked)
        how = payees.behaviour(
            asked.payee, attempt=attempt, faulty_attempts=self.options.faulty_attempts
        )
        response = await self._processed(asked, how)
        return await self._answered(request, how.answering, response)

    async def inquire(self, request: Request) -> Response:
        self._check(request)
        key = contract.key_of_path(request)
        self.ledger.note("inquire", key)
        decision = self.ledger.find(key)
        if decision is not None:
            return JSONResponse(contract.outcome(decision))
        if payees.silent_on_inquiry(self.ledger.payee(key)):
            raise ProblemError("unavailable", _UNKNOWN)
        raise ProblemError(
            "charge-not-found",
            "Nothing was charged with this key so far. Cancel the key to be sure that nothing "
            "ever will be.",
        )

    async def cancel(self, request: Request) -> Response:
        self._check(request)
        key = contract.key_of_path(request)
        self.ledger.note("cancel", key)
        return JSONResponse(contract.outcome(self.ledger.cancel(key)))

    def _check(self, request: Request) -> None:
        if self.is_down:
            raise ProblemError("unavailable", "An outage is on: PUT /simulator/outage ends it.")
        contract.check_api_key(request, self.options.api_key)

    async def _processed(self, asked: Asked, how: Behaviour) -> Response:
        """Decide the charge now, later or not at all."""
        match how.processing:
            case Processing.NEVER:
                return problem_response(ProblemError("unavailable", _UNKNOWN))
            case Processing.LATE:
                async with self.holds.hold(self.options.hold_s):
                    return self._decided(asked, how)
            case Processing.SLOWLY:
                async with self.holds.hold(self.options.slow_s):
                    return self._decided(asked, how)
            case Processing.TWICE:
                self.ledger.note("charge", asked.idempotency_key, asked.payee)
                self._decided(asked, how)
            case Processing.AT_ONCE:
                pass
        return self._decided(asked, how)

    def _decided(self, asked: Asked, how: Behaviour) -> Response:
        decision, is_new = self.ledger.charge(asked, how.decline_code)
        _check_same(decision, asked)
        headers = None if is_new else {"Idempotency-Replayed": "true"}
        return JSONResponse(contract.outcome(decision), 201, headers)

    async def _answered(self, request: Request, how: Answering, response: Response) -> Response:
        """Deliver the answer, or not."""
        match how:
            case Answering.TRUE:
                return response
            case Answering.HELD:
                async with self.holds.hold(self.options.hold_s):
                    return response
            case Answering.LOST:
                self._drop(request)
                while (await request.receive())["type"] != "http.disconnect":
                    pass
                return response  # nobody receives it
            case Answering.UNAVAILABLE:
                return problem_response(ProblemError("unavailable", _UNKNOWN))
            case Answering.TRUNCATED:
                body = bytes(response.body)
                return Response(body[: len(body) // 2], 201, media_type="application/json")
            case Answering.NOT_IN_CONTRACT:
                return JSONResponse({"result": "OK"}, 201)


def _check_same(decision: Decision, asked: Asked) -> None:
    """A cancelled key never charges; a decided one answers only the body it was decided for."""
    if decision.status == "cancelled":
        raise ProblemError(
            "key-cancelled",
            "The key was cancelled before anything was charged. Use a new key to charge.",
        )
    if decision.asked != asked:
        raise ProblemError(
            "idempotency-key-reused",
            "An earlier request with this key had another body. Repeat that one, or use a new key.",
            FieldError("Idempotency-Key", "was used with another body"),
        )


def routes(simulator: Simulator) -> list[Route]:
    """The gateway's own paths."""
    return [
        Route("/charges", simulator.charge, methods=["POST"]),
        Route("/charges/{idempotency_key}", simulator.inquire, methods=["GET"]),
        Route("/charges/{idempotency_key}/cancel", simulator.cancel, methods=["POST"]),
    ]


def application(paths: list[Route]) -> Starlette:
    """Whatever goes wrong, the answer is a problem document."""
    starlette = Starlette(
        routes=paths,
        exception_handlers={
            ProblemError: contract.on_problem,
            HTTPException: contract.on_http_exception,
            Exception: contract.on_bug,
        },
    )
    starlette.router.redirect_slashes = False
    return starlette
