"""Texts just inside and just outside a regular expression: too short, too long, a wrong character.

Each is made from the parsed expression, so that every repetition and every class is tried.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from random import Random
from typing import Any, Final

# Python's own parser of expressions; the stubs of the standard library do not have it.
_parser: Final = import_module("re._parser")
sre: Final = import_module("re._constants")

MANY: Final = 3  # how often something without an upper bound is repeated
STRANGERS: Final = "a1A_-.~ é\n"  # characters of which at least one is in no class of a contract

Choose = Callable[[int, int, int], int]  # number of the repetition, least, most -> how often
Pick = Callable[[list[tuple[Any, Any]]], str]  # the parts of a class -> one of its characters


def just_inside(pattern: str) -> list[str]:
    """Return the shortest and the longest text."""
    texts = [_text(pattern, lambda _n, least, _most: least), _text(pattern, _most)]
    return _kept(pattern, texts, wanted=True)


def just_outside(pattern: str) -> list[str]:
    """Return texts with one repetition too few or too many, or one wrong character."""
    texts: list[str] = []
    for number, (least, most) in enumerate(_repetitions(pattern)):
        texts.append(_text(pattern, _but(number, least - 1)))
        if most < sre.MAXREPEAT:
            texts.append(_text(pattern, _but(number, most + 1)))
    shortest = _text(pattern, lambda _n, least, _most: least)
    for place in sorted({0, len(shortest) // 2, len(shortest) - 1}):
        texts += [shortest[:place] + c + shortest[place + 1 :] for c in STRANGERS]
    texts.append(shortest + "\n")
    return _kept(pattern, texts, wanted=False)


def a_text(pattern: str, random: Random, *, longest: bool) -> str:
    """Return a text of extreme length that matches, with characters drawn from the classes."""

    def pick(choices: list[tuple[Any, Any]]) -> str:
        kind, argument = random.choice(choices)
        return chr(random.randint(*argument) if kind is sre.RANGE else argument)

    choose: Choose = _most if longest else lambda _n, least, _most: least
    (text,) = _kept(pattern, [_text(pattern, choose, pick)], wanted=True)
    return text


def _kept(pattern: str, texts: list[str], *, wanted: bool) -> list[str]:
    strict = re.compile(pattern.replace("$", r"\Z"))
    kept = [text for text in dict.fromkeys(texts) if bool(strict.search(text)) is wanted]
    assert kept, f"no text is {'in' if wanted else 'out'}side {pattern}"
    return kept


def _most(_number: int, least: int, most: int) -> int:
    return most if most < sre.MAXREPEAT else least + MANY


def _but(number: int, times: int) -> Choose:
    return lambda n, least, _most: max(times, 0) if n == number else least


@cache
def _repetitions(pattern: str) -> list[tuple[int, int]]:
    """Return least and most of every repetition, in the order in which they are written."""
    found: list[tuple[int, int]] = []

    def choose(_number: int, least: int, most: int) -> int:
        found.append((least, most))
        return 1

    _text(pattern, choose)
    return found


def _first(choices: list[tuple[Any, Any]]) -> str:
    """Return the first character of a class."""
    kind, argument = choices[0]
    return chr(argument[0] if kind is sre.RANGE else argument)


def _text(pattern: str, choose: Choose, pick: Pick = _first) -> str:
    """Return a text that matches; `choose` decides the length of each repetition."""
    numbers = iter(range(1_000))
    return "".join(_part(node, choose, pick, numbers) for node in _parser.parse(pattern))


def _part(node: tuple[Any, Any], choose: Choose, pick: Pick, numbers: Any) -> str:
    kind, argument = node
    if kind is sre.LITERAL:
        return chr(argument)
    if kind is sre.IN:
        return pick(argument)
    if kind is sre.AT:
        return ""
    if kind is sre.SUBPATTERN:
        return "".join(_part(n, choose, pick, numbers) for n in argument[3])
    if kind is sre.BRANCH:
        return "".join(_part(n, choose, pick, numbers) for n in argument[1][0])
    if kind is sre.MAX_REPEAT:
        least, most, inner = argument
        times = choose(next(numbers), least, most)
        return "".join(
            "".join(_part(n, choose, pick, numbers) for n in inner) for _ in range(times)
        )
    raise AssertionError(f"{node} is new in a pattern: handle it in this file")
