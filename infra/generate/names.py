"""How a name of the contract is written as a Python name, a class and part of a queue's name."""

from __future__ import annotations

import re


def words(name: str) -> list[str]:
    """`wallet.funds_reserved`, `wallet-service` and `createPayment` as lower-case words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def snake(name: str) -> str:
    return "_".join(words(name))


def pascal(name: str) -> str:
    return "".join(word.capitalize() for word in words(name))


def constant(name: str) -> str:
    return snake(name).upper()


def slug(address: str) -> str:
    """A channel's address as a part of a queue's name, which may hold no dots."""
    return address.replace(".", "-")
