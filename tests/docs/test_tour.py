"""The tour of the README works: its commands print what it shows, apart from ids and times."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import pytest

from infra.local import demo, run
from infra.local.funding import fund
from infra.local.http import http
from infra.local.stack import PREFIX, LocalStack, Settings
from infra.local.tap import Sighting, Tap, line
from tests.docs.documents import FENCE, ROOT, Block, Document
from tests.running.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

pytestmark = pytest.mark.xdist_group("local-stack")

README: Final = Document(ROOT / "README.md")
URL: Final = "http://127.0.0.1:8080/v1"
NEWCOMER: Final = "newcomer"
WAITING: Final = "sleep 3\n"
# Replaces the one command that needs a `make run` in this folder.
MAKE: Final = 'make() { case "$*" in *operator*) printf %s "$O" ;; *) printf %s "$T" ;; esac; }\n'
VARYING: Final = (
    (re.compile(r"\bpay_[a-z2-7]{26}\b"), "PAYMENT"),
    (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"^\d\d:\d\d:\d\d\.\d{3}", re.MULTILINE), "TIME"),
    (re.compile(r"[+-]\d+\.\d\d s"), "DELAY"),
)


def without_ids_and_times(text: str) -> str:
    for pattern, name in VARYING:
        text = pattern.sub(name, text)
    return text.replace("\r", "").strip()


def tour() -> list[Block]:
    """The blocks of the tour, in order."""
    section = README.text.partition("\n## Five-minute tour\n")[2].partition("\n## ")[0]
    return [Block(found[2], found[3]) for found in FENCE.finditer(section)]


def shown(text: str) -> str:
    """The README's block that contains this text."""
    (found,) = (
        block.text for block in README.blocks if block.language == "text" and text in block.text
    )
    return without_ids_and_times(found)


@dataclass(slots=True)
class Tourist:
    """Somebody with a new wallet who types what the tour shows."""

    stack: LocalStack
    tokens: dict[str, str]
    payments: list[str] = field(default_factory=list)

    def type_in(self, commands: str) -> str:
        """Run the commands; where they wait, wait for the payments to end."""
        output = ""
        for part in commands.replace(URL, self.stack.base_url).split(WAITING):
            printed = self._bash(part)
            output += printed
            # Failed events are of all customers, so their payments are not this one's.
            own = [] if "failed-events" in part else re.findall(r"pay_\w{26}", printed)
            self.payments += [one for one in dict.fromkeys(own) if one not in self.payments]
            until("the end of the payments", self._pending, lambda pending: not pending)
        return output

    def _bash(self, commands: str) -> str:
        variables = {"API": self.stack.base_url, "TOKEN": self.tokens["T"], **self.tokens}
        return subprocess.run(
            ["bash", "-euc", MAKE + commands],
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def _pending(self) -> list[object]:
        url = f"{self.stack.base_url}/payments?status=pending"
        found = http().get(url, headers={"Authorization": f"Bearer {self.tokens['T']}"})
        pending: list[object] = found.json()["items"]
        return pending

    def own_failures(self, output: str) -> str:
        """Leave out the failed events that other tests produced."""
        page = json.loads(output)
        page["items"] = [one for one in page["items"] if one.get("payment_id") in self.payments]
        page.pop("next_cursor", None)
        return json.dumps(page, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Taken:
    """The tour, after it was taken: each command with the output shown and the real one."""

    steps: list[tuple[str, Block, str]]
    replayed: str
    events: dict[str, list[Sighting]]


def sign_in(stack: LocalStack, name: str) -> str:
    """Create a user and return a bearer token of theirs."""
    cognito: CognitoIdentityProviderClient = stack.client("cognito-idp")
    pool, password = stack.outputs["UserPoolId"], stack.home.secret(name)
    cognito.admin_create_user(
        UserPoolId=pool, Username=name, MessageAction="SUPPRESS", TemporaryPassword=password
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=name, Password=password, Permanent=True
    )
    signed_in = cognito.initiate_auth(
        ClientId=stack.outputs["UserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return signed_in["AuthenticationResult"]["IdToken"]


@pytest.fixture(scope="module")
def taken(stack: LocalStack) -> Iterator[Taken]:
    tourist = Tourist(stack, {"T": sign_in(stack, NEWCOMER), "O": stack.token("olivia")})
    fund(stack, NEWCOMER)
    tap = Tap(stack.aws, stack.outputs["EventBusName"], f"{PREFIX}-tour")
    tap.open()
    try:
        yield take(tourist, tap)
    finally:
        tap.close()


def take(tourist: Tourist, tap: Tap) -> Taken:
    blocks = tour()
    steps = []
    for block, following in pairwise(blocks):
        if block.language == "sh":
            output = tourist.type_in(block.text)
            if "failed-events" in block.text:
                output = tourist.own_failures(output)
            steps.append((block.text, following, output))
    pay = next(block.text for block in blocks if "curl -si" in block.text)
    replayed = tourist.type_in(pay)
    return Taken(steps, replayed, seen_by(tap, tourist.payments))


def seen_by(tap: Tap, payments: list[str]) -> dict[str, list[Sighting]]:
    """The events of these payments, in the order of their times, once each payment has ended."""
    events: dict[str, list[Sighting]] = {payment: [] for payment in payments}
    for seen in tap.passing():
        if seen and seen.subject in events:
            events[seen.subject].append(seen)
        if all(any(one.type in demo.ENDS for one in found) for found in events.values()):
            break
    return {name: sorted(found, key=lambda one: one.time) for name, found in events.items()}


def test_every_command_prints_what_the_tour_shows(taken: Taken) -> None:
    answers = [step for step in taken.steps if step[1].language == "json"]

    assert len(answers) >= 5
    for commands, block, output in answers:
        expected = without_ids_and_times(block.text).replace("\n", "")
        assert without_ids_and_times(output).replace("\n", "") == expected, commands


def test_the_payment_is_answered_with_the_headers_and_the_body_that_the_tour_shows(
    taken: Taken,
) -> None:
    ((_, block, output),) = (step for step in taken.steps if step[1].language == "http")
    lines = without_ids_and_times(output).splitlines()

    for expected in without_ids_and_times(block.text).splitlines():
        assert expected in lines


def test_the_same_request_gets_the_first_answer_again_with_the_header(taken: Taken) -> None:
    (first,) = (output for _, block, output in taken.steps if block.language == "http")

    assert "idempotency-replayed: true" in taken.replayed.replace("\r", "").splitlines()
    assert taken.replayed.splitlines()[-1] == first.splitlines()[-1]


def test_make_run_prints_the_events_of_a_payment_as_shown(taken: Taken) -> None:
    paid, _ = taken.events.values()

    printed = "\n".join(line(seen) for seen in paid)

    assert without_ids_and_times(printed) == shown("gateway.payment_approved ")


def test_make_demo_prints_the_events_of_a_declined_payment_as_shown(taken: Taken) -> None:
    _, (payment, events) = taken.events.items()
    (case,) = (one for one in demo.CASES if one.title == "declined")

    printed = demo.timeline(demo.Journey(case, payment, events[0].time, events))

    assert without_ids_and_times(printed) == shown("declined: ")


def test_make_demo_makes_as_many_payments_as_shown() -> None:
    cases, _ = demo._cases(Settings().expiry_s)

    assert shown("ended as expected") == f"{len(cases)} of {len(cases)} payments ended as expected."


def test_make_run_begins_with_what_the_readme_shows() -> None:
    block = shown("Ready after")
    (seconds,) = re.findall(r"after (\d+) s", block)

    printed = run.HOW_TO.format(seconds=int(seconds), url=URL, docs=URL.replace("/v1", "/docs"))

    assert printed.strip().startswith(block)
