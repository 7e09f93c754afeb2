"""boto3 clients of a local AWS."""

from __future__ import annotations

import os
import threading
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

REGION = "us-east-1"
# MiniStack knows this key as the account's root, also when it enforces IAM.
ROOT_KEY = "test"
CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 3},
    connect_timeout=5,
    read_timeout=30,
    proxies={},  # one that the environment names must not matter here
)
# Nor may the AWS profile and configuration of the user who runs this.
NOT_THEIRS = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


class LocalAws:
    """Clients with every permission, as a person with administrator rights would have."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.session = boto3.session.Session(
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
            region_name=REGION,
            botocore_session=botocore.session.Session(session_vars=NOT_THEIRS),
        )
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """The client of this service; annotate the variable to give it its type."""
        with self._lock:  # clients may be shared by threads, sessions may not
            if service not in self._clients:
                self._clients[service] = self.session.client(  # type: ignore[call-overload]
                    service, endpoint_url=self.endpoint, config=CONFIG
                )
            return self._clients[service]

    def close(self) -> None:
        """Close the connections of all clients."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()
