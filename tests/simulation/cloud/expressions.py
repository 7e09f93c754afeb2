"""The expressions of DynamoDB that the handlers use, parsed once and evaluated often.

Conditions: `a = :v`, `<>`, `<`, `<=`, `>`, `>=`, attribute_exists, attribute_not_exists, AND, OR.
Updates: SET of a value, of if_not_exists, and of sums of those; REMOVE. Anything else raises.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any, Final, TypeAlias

from tests.simulation.cloud.errors import NotInFakeError, refused

Item: TypeAlias = Mapping[str, Mapping[str, Any]]
Value: TypeAlias = Mapping[str, Any]

TOKEN: Final = re.compile(r"\s*(<>|<=|>=|[=<>(),+]|[:#]?[A-Za-z_][A-Za-z0-9_]*)")
COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


@dataclass(frozen=True, slots=True)
class Names:
    """The placeholders for names and values of one call."""

    operation: str
    names: Mapping[str, str]
    values: Mapping[str, Value]

    def name(self, token: str) -> str:
        if not token.startswith("#"):
            return token
        if token not in self.names:
            raise invalid(self.operation, f"name {token} is not defined")
        return self.names[token]

    def value(self, token: str) -> Value:
        if token not in self.values:
            raise invalid(self.operation, f"value {token} is not defined")
        return self.values[token]


Condition: TypeAlias = Callable[[Item, Names], bool]
Operand: TypeAlias = Callable[[Item, Names], "Value | None"]


def invalid(operation: str, message: str) -> Exception:
    return refused(operation, "ValidationException", message)


def tokens(expression: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(expression):
        match = TOKEN.match(expression, at)
        if match is None:
            raise NotInFakeError(f"expression {expression!r} at {expression[at:]!r}")
        found.append(match.group(1))
        at = match.end()
    return found


@cache
def condition(expression: str) -> Condition:
    """Parse a condition; AND binds closer than OR. Raises NotInFakeError for unknown forms."""
    words = tokens(expression)
    either: list[list[Condition]] = [[]]
    while words:
        either[-1].append(_clause(words))
        joined = words.pop(0) if words else "end"
        if joined == "OR":
            either.append([])
        elif joined not in ("AND", "end"):
            raise NotInFakeError(f"condition {expression!r}: {joined}")
    if len(either) == 1 and len(either[0]) == 1:
        return either[0][0]
    return lambda item, names: any(all(holds(item, names) for holds in all_) for all_ in either)


def _clause(words: list[str]) -> Condition:
    left = words.pop(0)
    if left in ("attribute_exists", "attribute_not_exists"):
        _expect(words, "(")
        path = words.pop(0)
        _expect(words, ")")
        wanted = left == "attribute_exists"
        return lambda item, n: (n.name(path) in item) is wanted
    sign = words.pop(0)
    right = words.pop(0)
    if sign not in COMPARE or not right.startswith(":") or left.startswith(":"):
        raise NotInFakeError(f"condition {left} {sign} {right}")
    compare = COMPARE[sign]
    # A missing attribute differs from every value, and is neither smaller nor larger.
    missing = sign == "<>"

    def holds(item: Item, names: Names) -> bool:
        found, given = item.get(names.name(left)), names.value(right)
        if found is None or found.keys() != given.keys():
            return missing
        return compare(plain(found), plain(given))

    return holds


@cache
def update(expression: str) -> tuple[tuple[str, Operand | None], ...]:
    """Return what a `SET … REMOVE …` assigns: name token and operand (none: remove it).

    Raises NotInFakeError for other forms.
    """
    words = tokens(expression)
    _expect(words, "SET")
    made: list[tuple[str, Operand | None]] = []
    removing = False
    while words:
        name = words.pop(0)
        if removing:
            made.append((name, None))
        else:
            _expect(words, "=")
            made.append((name, _sum(words)))
        joined = words.pop(0) if words else "end"
        if joined == "REMOVE" and not removing:
            removing = True
        elif joined not in (",", "end"):
            raise NotInFakeError(f"update {expression!r}: {joined}")
    return tuple(made)


def _sum(words: list[str]) -> Operand:
    left = _operand(words)
    if not words or words[0] != "+":
        return left
    words.pop(0)
    right = _operand(words)

    def added(item: Item, names: Names) -> Value:
        values = (left(item, names), right(item, names))
        if any(v is None or "N" not in v for v in values):
            raise invalid(names.operation, "An operand in the update expression is not a number")
        return {"N": str(sum(plain(v) for v in values if v))}

    return added


def _operand(words: list[str]) -> Operand:
    word = words.pop(0)
    if word == "if_not_exists":
        _expect(words, "(")
        path = words.pop(0)
        _expect(words, ",")
        otherwise = _operand(words)
        _expect(words, ")")
        return lambda item, n: item.get(n.name(path)) or otherwise(item, n)
    if word.startswith(":"):
        return lambda _item, n: n.value(word)
    return lambda item, n: item.get(n.name(word))


def _expect(words: list[str], word: str) -> None:
    if not words or words[0] != word:
        raise NotInFakeError(f"expected {word} before {' '.join(words)!r}")
    words.pop(0)


def plain(value: Value) -> Any:
    """Return the Python value of a string or an integer."""
    if "S" in value:
        return value["S"]
    if "N" in value:
        return int(value["N"])
    raise NotInFakeError(f"attribute value {value}")


def check_used(names: Names, *expressions: str | None) -> None:
    """Raise ValidationException for definitions that no expression uses, as AWS does."""
    if not (names.names or names.values):
        return
    used = _used(*expressions)
    for given in (*names.names, *names.values):
        if given not in used:
            raise invalid(names.operation, f"{given} is not used in expressions")


@cache
def _used(*expressions: str | None) -> frozenset[str]:
    return frozenset(word for text in expressions if text for word in tokens(text))
