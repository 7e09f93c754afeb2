"""Phrases that this project does not use: archaic, figurative, or another word for a known thing.

This file is the only one that may contain them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern, and what to write instead."""

    pattern: re.Pattern[str]
    instead: str


def _phrase(pattern: str, instead: str) -> Phrase:
    across_lines = pattern.replace(" ", r"\s+")
    return Phrase(re.compile(rf"\b(?:{across_lines})\b", re.IGNORECASE), instead)


BANNED: Final = (
    # Archaic or unidiomatic
    _phrase(r"mend(?:s|ed|ing)?", "fix, correct, repair"),
    _phrase(r"(?:not |is |are |can )?to be had", "available, unavailable"),
    _phrase(r"alike", "the same way, both"),
    _phrase(r"once more", "again"),
    _phrase(r"by (?:itself|themselves)", "automatically, on its own"),
    _phrase(r"at last", "finally, in the end"),
    _phrase(r"ever (?:later|again|longer)", "with increasing delay, never"),
    _phrase(r"for ever", "forever, permanently"),
    _phrase(r"whoever", "the one who, anyone who, each service that"),
    _phrase(r"shall", "will, must"),
    _phrase(r"but for|save for", "except"),
    _phrase(r"stands? (?:in|on|there|here|beside|for good|still)", "is defined in, is, stops"),
    _phrase(r"what is (?:not )?there", "what exists, what is missing"),
    # Figures of speech
    _phrase(r"looks?(?:ed|ing)? after", "handle, maintain"),
    _phrase(r"(?:left|leaves?) no word|without a word|a word of", "state what is missing"),
    _phrase(r"goes? deaf|went deaf", "state what happens"),
    _phrase(r"front door", "top module, entry point"),
    _phrase(r"tells? the truth", "answers correctly"),
    # Other words for things that the glossary names
    _phrase(r"hears?|heard", "receive (an event)"),
    _phrase(r"told|said", "report, record, print, specify"),
    _phrase(r"h(?:old|olds|eld|olding) (?:\w+ ){0,4}against", "compare with, validate against"),
    _phrase(r"(?:bad )?weather", "fault profile, temporary fault"),
    _phrase(r"town|city|fortress", "running stack"),
    _phrase(r"witness(?:es)?", "recorder"),
    _phrase(r"comes? again", "is redelivered"),
)
# In names of Python, split into words
BANNED_IN_NAMES: Final = (
    *BANNED,
    _phrase(r"(?<!dead\s)letters?", "dead letter, message"),
    _phrase(r"tells?", "report, record, print"),
    _phrase(r"books", "recorded, history, amounts"),
    _phrase(r"desk", "what it is, such as processor"),
    _phrase(r"spoils?|neighbours?", "affect, the others"),
)


def found_in(text: str, phrases: Iterable[Phrase] = BANNED) -> Iterator[str]:
    """Yield each banned phrase of a text, with what to write instead."""
    for phrase in phrases:
        for match in phrase.pattern.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            around = f"{before[-30:]}[{match[0]}]{after[:30]}".replace("\n", " ")
            yield f"…{around}… write: {phrase.instead}"
