"""Tokens as the user pool signs them: the local stack keeps the pool's private key in a file."""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from infra.local.clients import REGION
from infra.local.http import http
from infra.local.stack import LocalStack

Claims = dict[str, Any]
HOUR_S: Final = 3600


def text(raw: bytes) -> str:
    """Return the bytes in the alphabet of a JWT."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def part(document: Mapping[str, Any]) -> str:
    """Return the document as the header or the claims of a JWT."""
    return text(json.dumps(document).encode())


@dataclass(frozen=True, slots=True)
class Issuer:
    """Who signs: a user pool with its key, or somebody with a key of their own."""

    name: str
    client_id: str
    key: rsa.RSAPrivateKey

    @property
    def key_id(self) -> str:
        """The id of its key, as the pool's JWKS has it."""
        public = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(hashlib.sha256(public).digest()).decode()

    def claims(self, subject: str, *groups: str) -> Claims:
        """Return those of a good ID token."""
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
        signed = f"{part({'alg': 'RS256', 'kid': key_id or self.key_id})}.{part(claims)}"
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{text(signature)}"

    def token(self, subject: str, *groups: str) -> str:
        return self.sign(self.claims(subject, *groups))


def issuer(stack: LocalStack, pool: str, client_id: str) -> Issuer:
    """Return a user pool of the stack as an issuer."""
    # When it is asked for its public keys, the pool makes them and stores the private ones.
    jwks = http().get(f"{stack.aws.endpoint}/{pool}/.well-known/jwks.json")
    assert jwks.is_success, jwks.text
    stored = stack.home.ministack / "cognito-pool-keys" / f"{pool}-id.pem"
    key = serialization.load_pem_private_key(stored.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return Issuer(f"https://cognito-idp.{REGION}.amazonaws.com/{pool}", client_id, key)
