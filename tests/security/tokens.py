"""Tokens as the user pool signs them, and tokens as somebody who wants in would forge them.

The local stack keeps the pool's private key in its directory, so a token can be wrong in exactly
one way: signed by the right key, for example, but expired.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Claims = dict[str, Any]
HOUR_S: Final = 3600


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(document: Mapping[str, Any]) -> str:
    return _text(json.dumps(document).encode())


def payload(token: str) -> Claims:
    """The claims of a token, unverified."""
    part = token.split(".")[1]
    claims: Claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: a user pool with its key, or somebody with a key of their own."""

    name: str
    client_id: str
    key: rsa.RSAPrivateKey

    @property
    def key_id(self) -> str:
        """As the pool names its key in its JWKS."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(hashlib.sha256(public).digest()).decode()

    def claims(self, subject: str, *groups: str) -> Claims:
        """Those of a good ID token."""
        now = int(time.time())
        in_groups = {"cognito:groups": list(groups)} if groups else {}
        return {
            "sub": subject,
            "iss": self.name,
            "aud": self.client_id,
            "token_use": "id",
            "iat": now - 1,
            "exp": now + HOUR_S,
            **in_groups,
        }

    def sign(self, claims: Claims, key_id: str | None = None) -> str:
        signed = f"{_part({'alg': 'RS256', 'kid': key_id or self.key_id})}.{_part(claims)}"
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_text(signature)}"

    def token(self, subject: str, *groups: str) -> str:
        return self.sign(self.claims(subject, *groups))


@cache
def stranger(issuer: Issuer) -> Issuer:
    """Somebody who claims to be the issuer, with another key."""
    return Issuer(issuer.name, issuer.client_id, rsa.generate_private_key(65537, 2048))


@dataclass(frozen=True, slots=True)
class Scene:
    """What a forger can start from: the pool, another pool, and a victim's subject."""

    pool: Issuer
    other_pool: Issuer
    victim: str
    role: str

    def good(self) -> Claims:
        return self.pool.claims(self.victim, self.role)


def _unsigned(scene: Scene) -> str:
    return f"{_part({'alg': 'none', 'kid': scene.pool.key_id})}.{_part(scene.good())}."


def _none_with_signature(scene: Scene) -> str:
    signature = scene.pool.token(scene.victim).rpartition(".")[2]
    return _unsigned(scene) + signature


def _symmetric(scene: Scene) -> str:
    """The public key, which everybody has, taken for a shared secret (RFC 8725, 2.1)."""
    public = scene.pool.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = f"{_part({'alg': 'HS256', 'kid': scene.pool.key_id})}.{_part(scene.good())}"
    digest = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_text(digest)}"


def _other_signature(scene: Scene) -> str:
    head, _, signature = scene.pool.sign(scene.good()).rpartition(".")
    first = "A" if signature[0] != "A" else "B"
    return f"{head}.{first}{signature[1:]}"


def _other_claims(scene: Scene) -> str:
    """One's own good token, with somebody else's name and role written into it."""
    head, _, signature = scene.pool.token("mallory").split(".")
    return f"{head}.{_part(scene.good())}.{signature}"


def _of(scene: Scene, **changes: Any) -> str:
    return scene.pool.sign(scene.good() | changes)


# What is sent as Authorization; None: no such header. Each is wrong in one way.
FORGERIES: Final[Mapping[str, Callable[[Scene], str | None]]] = {
    "no token": lambda _: None,
    "an empty token": lambda _: "Bearer",
    "no JWT": lambda _: "Bearer nonsense",
    "another scheme": lambda _: "Basic YWxpY2U6YWxpY2U=",
    "an expired token": lambda s: f"Bearer {_of(s, exp=int(time.time()) - 1)}",
    "a token of tomorrow": lambda s: f"Bearer {_of(s, nbf=int(time.time()) + 24 * HOUR_S)}",
    "another issuer, signed by this one": lambda s: f"Bearer {_of(s, iss=s.other_pool.name)}",
    "another pool and its client": lambda s: f"Bearer {s.other_pool.token(s.victim, s.role)}",
    "another client of the pool": lambda s: f"Bearer {_of(s, aud='another-client')}",
    "an access token": lambda s: f"Bearer {_of(s, token_use='access', aud='')}",
    "alg=none": lambda s: f"Bearer {_unsigned(s)}",
    "alg=none with a signature": lambda s: f"Bearer {_none_with_signature(s)}",
    "alg=HS256 with the public key": lambda s: f"Bearer {_symmetric(s)}",
    "a changed signature": lambda s: f"Bearer {_other_signature(s)}",
    "changed claims": lambda s: f"Bearer {_other_claims(s)}",
    "the key of a stranger": lambda s: f"Bearer {stranger(s.pool).sign(s.good())}",
    "the key of a stranger under the pool's id": lambda s: (
        f"Bearer {stranger(s.pool).sign(s.good(), s.pool.key_id)}"
    ),
}
