"""Positions in a list: each is bound to its list, and none can be made up."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.core.identity import fingerprint
from handlers.core.problem import Problem
from handlers.runtime.cursor import decoded, encoded
from tests.builders import NOW, PAY_1

SCOPE = ("payments", "alice", "")
POSITION = f"{NOW}#{PAY_1}"


def made_up(position: str, scope: tuple[str, ...] = SCOPE) -> str:
    """Build a cursor as somebody would who knows the format."""
    raw = fingerprint("\n".join((*scope, position))) + position
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def test_a_cursor_leads_back_to_its_position() -> None:
    assert decoded(encoded(POSITION, SCOPE), SCOPE) == POSITION


@pytest.mark.parametrize(
    "scope",
    [("payments", "bob", ""), ("payments", "alice", "failed"), ("failed-events", "alice", "")],
)
def test_a_cursor_of_another_list_is_refused(scope: tuple[str, ...]) -> None:
    with pytest.raises(Problem) as refusal:
        decoded(encoded(POSITION, SCOPE), scope)

    assert refusal.value.status == 400
    assert refusal.value.errors[0].field == "cursor"


@given(place=st.integers(0, 200), character=st.sampled_from("AQgw09_-"))
def test_a_tampered_cursor_is_refused_or_means_the_same(place: int, character: str) -> None:
    cursor = encoded(POSITION, SCOPE)
    place %= len(cursor)
    tampered = cursor[:place] + character + cursor[place + 1 :]

    found = []
    with suppress(Problem):
        found.append(decoded(tampered, SCOPE))

    assert found in ([], [POSITION])


@given(cursor=st.text("ABCabc019_-", min_size=1, max_size=512))
def test_noise_is_refused(cursor: str) -> None:
    with pytest.raises(Problem):
        decoded(cursor, SCOPE)


@pytest.mark.parametrize(
    "position",
    ["", "#", NOW, f"{NOW}#", f"#{PAY_1}", "x#y", f"{POSITION}#", f"{NOW}#pay_1", "\n#é"],
)
def test_a_made_up_position_that_no_item_can_have_is_refused(position: str) -> None:
    with pytest.raises(Problem) as refusal:
        decoded(made_up(position), SCOPE)

    assert refusal.value.status == 400
