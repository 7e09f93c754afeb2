"""Forged tokens: each wrong in exactly one way, such as signed by the right key but expired."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.running.pool import HOUR_S, Claims, Issuer, part, text


@cache
def stranger(issuer: Issuer) -> Issuer:
    """Somebody who claims to be the issuer, with another key."""
    return Issuer(issuer.name, issuer.client_id, rsa.generate_private_key(65537, 2048))


@dataclass(frozen=True, slots=True)
class Context:
    """What a forger can start from: the pool, another pool, and a victim with a role."""

    pool: Issuer
    other_pool: Issuer
    victim: str
    role: str

    def good(self) -> Claims:
        return self.pool.claims(self.victim, self.role)


def _unsigned(context: Context) -> str:
    return f"{part({'alg': 'none', 'kid': context.pool.key_id})}.{part(context.good())}."


def _none_with_signature(context: Context) -> str:
    signature = context.pool.token(context.victim).rpartition(".")[2]
    return _unsigned(context) + signature


def _symmetric(context: Context) -> str:
    """The public key, which everybody has, taken for a shared secret (RFC 8725, 2.1)."""
    public = context.pool.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{part({'alg': 'HS256', 'kid': context.pool.key_id})}.{part(context.good())}"
    digest = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{text(digest)}"


def _other_signature(context: Context) -> str:
    head, _, signature = context.pool.sign(context.good()).rpartition(".")
    first = "A" if signature[0] != "A" else "B"
    return f"{head}.{first}{signature[1:]}"


def _other_claims(context: Context) -> str:
    """One's own good token, with somebody else's name and role written into it."""
    head, _, signature = context.pool.token("mallory").split(".")
    return f"{head}.{part(context.good())}.{signature}"


def _of(context: Context, **changes: Any) -> str:
    return context.pool.sign(context.good() | changes)


# What is sent as Authorization; None: no such header. Each is wrong in one way.
FORGERIES: Final[Mapping[str, Callable[[Context], str | None]]] = {
    "no token": lambda _: None,
    "an empty token": lambda _: "Bearer",
    "no JWT": lambda _: "Bearer nonsense",
    "another scheme": lambda _: "Basic YWxpY2U6YWxpY2U=",
    "an expired token": lambda c: f"Bearer {_of(c, exp=int(time.time()) - 1)}",
    "a token of tomorrow": lambda c: f"Bearer {_of(c, nbf=int(time.time()) + 24 * HOUR_S)}",
    "another issuer, signed by this one": lambda c: f"Bearer {_of(c, iss=c.other_pool.name)}",
    "another pool and its client": lambda c: f"Bearer {c.other_pool.token(c.victim, c.role)}",
    "another client of the pool": lambda c: f"Bearer {_of(c, aud='another-client')}",
    "an access token": lambda c: f"Bearer {_of(c, token_use='access', aud='')}",
    "alg=none": lambda c: f"Bearer {_unsigned(c)}",
    "alg=none with a signature": lambda c: f"Bearer {_none_with_signature(c)}",
    "alg=HS256 with the public key": lambda c: f"Bearer {_symmetric(c)}",
    "a changed signature": lambda c: f"Bearer {_other_signature(c)}",
    "changed claims": lambda c: f"Bearer {_other_claims(c)}",
    "the key of a stranger": lambda c: f"Bearer {stranger(c.pool).sign(c.good())}",
    "the key of a stranger under the pool's id": lambda c: (
        f"Bearer {stranger(c.pool).sign(c.good(), c.pool.key_id)}"
    ),
}
