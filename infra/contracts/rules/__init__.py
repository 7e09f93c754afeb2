"""Rules that no linter of specifications has: each yields one line per violation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeAlias

from infra.contracts.documents import Documents
from infra.contracts.rules import api, code, events, examples, fields, problems, readers

Rule: TypeAlias = Callable[[Documents], Iterator[str]]

# What code raises that reads a broken document; a generator in which another one ends raises
# RuntimeError.
STOPS: Final = (KeyError, IndexError, TypeError, AttributeError, ValueError, RuntimeError)

RULES: Final[Mapping[str, Rule]] = {
    "one sender, at least one receiver": events.one_sender_and_receivers,
    "operations fit their channels": events.operations_fit_their_channels,
    "a copy is a copy of its event": events.copies_are_copies,
    "envelopes name their event and its sender": events.envelopes_name_their_event,
    "two versions have the same receivers": events.two_versions_have_the_same_receivers,
    "every event has examples": examples.every_event_has_examples,
    "every example is as valid as its name says": examples.every_event_example_fits_its_name,
    "inline examples are valid": examples.inline_examples_are_valid,
    "every named value has an example": examples.every_pattern_has_an_example,
    "every body has an example": examples.every_body_has_an_example,
    "every operation has its answers": api.every_operation_answers,
    "links lead to operations": api.links_lead_to_operations,
    "operations have unique names": api.operations_have_unique_names,
    "shared parameters are the same everywhere": api.shared_parameters_are_the_same,
    "requests are limited": api.requests_are_limited,
    "requests are closed, answers are open": api.requests_are_closed_and_answers_open,
    "fields are kept from places with a reason": fields.fields_are_kept_with_a_reason,
    "every problem is documented": problems.every_problem_is_documented,
    "problems have their own status": problems.problems_have_their_own_status,
    "refusals are problem documents": problems.refusals_are_problem_documents,
    "operations have their methods": code.every_operation_has_its_method,
    "receptions have their decisions": code.every_reception_has_its_decision,
    "integers have format and limits": readers.integers_have_format_and_limits,
    "schemas are titled": readers.schemas_are_titled,
    "everything is described": readers.everything_is_described,
    "documents name a contact": readers.documents_name_a_contact,
    "one version": api.one_version,
}


def violations(contract: Documents) -> Iterator[str]:
    """Yield every violation of a rule; a document that a rule cannot read violates it."""
    for name, rule in RULES.items():
        for violation in broken(rule, contract):
            yield f"{name}: {violation}"


def broken(rule: Rule, contract: Documents) -> list[str]:
    """Return the violations of one rule."""
    try:
        return list(rule(contract))
    except STOPS as error:
        return [f"cannot be checked: {type(error).__name__} {error}"]
