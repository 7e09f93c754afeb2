"""Explicit-state model of the choreography: every interleaving of deliveries and duplicates.

It includes one parked message, unknown outcomes and requests that arrive late. Consumers come from
the catalogue, allowed moves from the MOVES of the code. Messages stay deliverable (at least once,
in any order); parking removes one. Checked: safety in every state, and that a good end remains
reachable from every state.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from generated.catalogue import EVENTS
from handlers.core.errors import Early, Permanent
from handlers.core.moves import NONE, already_made
from tests.simulation.states import CHARGE_EVENTS, MOVES, PAYMENT_EVENTS, RESERVATION_EVENTS


class State(NamedTuple):
    """One payment. `broken` names the promise that a step has broken."""

    payment: str
    reservation: str
    charge: str
    gateway: str  # none, approved, declined, cancelled
    in_flight: bool  # a charge request has not reached the gateway yet
    late: bool  # the deadline has passed
    messages: frozenset[str]  # by channel
    losses: int  # how many may still be parked
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """What to explore; all but the first two make a variant that is known to be bad."""

    losses: int = 1
    clocks_agree: bool = True  # else each step may find the deadline passed or not
    wallet_expires_first: bool = False
    key_is_cancelled: bool = True
    repeats_are_answered: bool = True
    deadline_repeats: bool = True
    claim_comes_first: bool = True


Step: TypeAlias = tuple[str, State]
Reaction: TypeAlias = Callable[[State, Rules], Iterator[Step]]


def channels(event: str | None) -> frozenset[str]:
    """Return the queues that an event is announced to, by channel."""
    if event is None:
        return frozenset()
    return frozenset(c.channel for c in EVENTS[event].consumers if c.delivery == "queue")


def initial(losses: int) -> State:
    return State("pending", NONE, NONE, NONE, False, False, channels("payment.initiated"), losses)


def steps(state: State, rules: Rules) -> Iterator[Step]:
    """Yield everything that can happen next."""
    if not rules.clocks_agree:
        for late in (False, True):
            yield from _steps(state._replace(late=late), rules)
        return
    if not state.late:
        yield "the deadline passes", state._replace(late=True)
    yield from _steps(state, rules)


def _steps(state: State, rules: Rules) -> Iterator[Step]:
    yield from _request_in_flight(state)
    for channel in sorted(state.messages):
        if state.losses:
            left = state.messages - {channel}
            yield f"{channel} is parked", state._replace(messages=left, losses=state.losses - 1)
        yield from REACTIONS[channel](state, rules)


def _request_in_flight(state: State) -> Iterator[Step]:
    if state.charge == "pending" and not state.in_flight and state.gateway == NONE:
        yield "a request is sent, and no answer comes", state._replace(in_flight=True)
    if state.in_flight:
        if state.gateway == NONE:
            yield "it arrives and charges", state._replace(gateway="approved", in_flight=False)
            yield "it arrives and is declined", state._replace(gateway="declined", in_flight=False)
        else:
            yield "it arrives with a used key", state._replace(in_flight=False)


def _announced(state: State, event: str | None) -> State:
    return state._replace(messages=state.messages | channels(event))


def _wallet_on_initiated(state: State, rules: Rules) -> Iterator[Step]:
    if state.reservation == NONE:
        if not state.late:
            yield "wallet reserves", _reservation(state, "reserved")
        yield "wallet refuses", _reservation(state, "refused")
    elif rules.repeats_are_answered:
        event = RESERVATION_EVENTS[state.reservation]
        yield "wallet answers again", _announced(state, event)


def _reservation(state: State, status: str) -> State:
    return _announced(state._replace(reservation=status), RESERVATION_EVENTS[status])


def _charge(state: State, status: str) -> State:
    return _announced(state._replace(charge=status), CHARGE_EVENTS[status])


def _gateway_on_reserved(state: State, rules: Rules) -> Iterator[Step]:
    if state.charge == NONE:
        if state.late:
            yield "charge is closed unclaimed", _charge(state, "expired")
        else:
            yield "charge is claimed", _charge(state, "pending")
            if not rules.claim_comes_first:
                yield "charged before it is claimed", state._replace(gateway="approved")
    elif state.charge == "pending":
        yield from _settle(state, rules)
    elif rules.repeats_are_answered:
        yield "gateway-processor answers again", _announced(state, CHARGE_EVENTS[state.charge])


def _gateway_on_expiry(state: State, rules: Rules) -> Iterator[Step]:
    if not state.late:
        return
    if rules.wallet_expires_first and state.reservation == "reserved":
        yield "wallet releases before the gateway decides", _reservation(state, "released")
    if state.charge == NONE:
        yield "charge is closed unclaimed", _charge(state, "expired")
    elif state.charge == "pending":
        yield from _settle(state, rules)


def _settle(state: State, rules: Rules) -> Iterator[Step]:
    """Find the outcome: inquire or charge before the deadline, cancel after it."""
    known = {"approved": "approved", "declined": "declined", "cancelled": "expired"}
    if state.gateway in known:
        yield f"gateway answers {state.gateway}", _charge(state, known[state.gateway])
    elif not state.late:
        for outcome in ("approved", "declined"):
            charged = state._replace(gateway=outcome)
            yield f"gateway decides {outcome}", _charge(charged, outcome)
            yield f"gateway decides {outcome}, its answer is lost", charged
    elif rules.key_is_cancelled:
        cancelled = state._replace(gateway="cancelled")
        yield "the key is cancelled", _charge(cancelled, "expired")
        yield "the key is cancelled, the answer is lost", cancelled
    else:
        yield "the charge expires, its key does not", _charge(state, "expired")


def _moves(state: State, thing: str, wanted: str) -> Iterator[Step]:
    """Yield a move as the code makes it: once, not yet, or never."""
    current = state.payment if thing == "payment" else state.reservation
    try:
        if already_made(MOVES[thing], current=current, wanted=wanted, thing=thing):
            return
    except Early:
        return
    except Permanent as failure:
        yield f"{thing} receives an impossible event", state._replace(broken=str(failure))
        return
    if thing == "payment":
        moved = state._replace(payment=wanted)
        yield f"payment is {wanted}", _announced(moved, PAYMENT_EVENTS[wanted])
    else:
        yield f"reservation is {wanted}", _reservation(state, wanted)


def _on_deadline(state: State, rules: Rules) -> Iterator[Step]:
    if state.late and state.payment == "pending" and rules.deadline_repeats:
        yield "the payment is announced again", _announced(state, "payment.initiated")


REACTIONS: Final[Mapping[str, Reaction]] = {
    "payment.initiated": _wallet_on_initiated,
    "payment.initiated.after-deadline": _on_deadline,
    "wallet.funds_reserved": _gateway_on_reserved,
    "wallet.funds_reserved.at-expiry": _gateway_on_expiry,
    "wallet.reservation_failed": lambda s, _r: _moves(s, "payment", "failed"),
    "wallet.funds_deducted": lambda s, _r: _moves(s, "payment", "completed"),
    "wallet.funds_released": lambda s, _r: _moves(s, "payment", "failed"),
    "gateway.payment_approved": lambda s, _r: _moves(s, "reservation", "deducted"),
    "gateway.payment_rejected": lambda s, _r: _moves(s, "reservation", "released"),
}


def broken(state: State) -> str:
    """Return the promise that a state breaks (empty: none)."""
    if state.broken:
        return state.broken
    charged = state.gateway == "approved"
    wrong = {
        "charged, but released": charged and state.reservation in ("released", "refused"),
        "deducted without a charge": state.reservation == "deducted" and not charged,
        "completed without a deduction": state.payment == "completed"
        and state.reservation != "deducted",
        "failed while the amount is reserved": state.payment == "failed"
        and state.reservation not in ("released", "refused"),
        "charged without a claim": charged and state.charge == NONE,
    }
    return next((name for name, is_so in wrong.items() if is_so), "")


@dataclass(frozen=True, slots=True)
class Explored:
    """`violation`: the steps to a broken promise. `stuck`: a state from which no end is reached."""

    states: int
    steps: int
    violation: Sequence[str] = ()
    stuck: State | None = None

    @property
    def good(self) -> bool:
        return not self.violation and self.stuck is None


def explored(rules: Rules) -> Explored:
    """Explore every reachable state."""
    first = initial(rules.losses)
    came: dict[State, tuple[str, State] | None] = {first: None}
    edges: dict[State, list[State]] = {}
    todo = deque([first])
    while todo:
        state = todo.popleft()
        if broken(state):
            return Explored(len(came), 0, [*_path(came, state), broken(state)])
        edges[state] = []
        for name, following in steps(state, rules):
            edges[state].append(following)
            if following not in came:
                came[following] = (name, state)
                todo.append(following)
    return Explored(len(edges), sum(map(len, edges.values())), stuck=_stuck(edges))


def _path(came: Mapping[State, tuple[str, State] | None], state: State) -> list[str]:
    names: list[str] = []
    at = came[state]
    while at is not None:
        names.append(at[0])
        at = came[at[1]]
    return names[::-1]


def _stuck(edges: Mapping[State, Sequence[State]]) -> State | None:
    back: dict[State, list[State]] = {}
    for state, following in edges.items():
        for one in following:
            back.setdefault(one, []).append(state)
    reaching = {state for state in edges if state.payment != "pending"}
    todo = list(reaching)
    while todo:
        for before in back.get(todo.pop(), ()):
            if before not in reaching:
                reaching.add(before)
                todo.append(before)
    return next((state for state in edges if state not in reaching), None)


GOOD: Final = (
    Rules(losses=0),
    Rules(losses=1),
    Rules(losses=0, clocks_agree=False),
    Rules(losses=1, clocks_agree=False),
)
BAD: Final = {
    "the wallet expires without the gateway": Rules(losses=0, wallet_expires_first=True),
    "the key is not cancelled": Rules(losses=0, key_is_cancelled=False),
    "repeated events are not answered": Rules(losses=1, repeats_are_answered=False),
    "nothing is repeated after the deadline": Rules(losses=1, deadline_repeats=False),
    "the claim does not come first": Rules(losses=0, claim_comes_first=False),
}


def explored_all() -> Iterator[str]:
    """Yield one line per exploration."""
    for rules in GOOD:
        found = explored(rules)
        verdict = "all promises kept" if found.good else f"{found.violation or found.stuck}"
        yield (
            f"{rules.losses} parked, clocks agree {rules.clocks_agree}: {found.states} states, "
            f"{found.steps} steps: {verdict}"
        )
    for name, rules in BAD.items():
        found = explored(rules)
        yield f"variant {name!r}: " + (
            " -> ".join(found.violation) if found.violation else f"stuck in {found.stuck}"
        )
