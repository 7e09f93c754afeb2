"""Names of the contract as Python names, as classes and as parts of queue names."""

from __future__ import annotations

import re


def words(name: str) -> list[str]:
    """Return the lower-case words of `wallet.funds_reserved`, `wallet-service`, `createPayment`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", spaced) if word]


def snake(name: str) -> str:
    return "_".join(words(name))


def pascal(name: str) -> str:
    return "".join(word.capitalize() for word in words(name))


def constant(name: str) -> str:
    return snake(name).upper()


def slug(address: str) -> str:
    """Return a channel's address as part of a queue's name, which must not contain dots."""
    return address.replace(".", "-")
