"""The AWS clients that a deployment uses, and where they point."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_s3 import S3Client

# A description of the stack is asked for every second or two; let throttling pass unnoticed.
CONFIG = Config(retries={"mode": "standard", "max_attempts": 8})


class DeployError(Exception):
    """The deployment did not happen or did not succeed; the message says how to fix it."""


class NoCredentialsHereError(DeployError):
    """There are no credentials for an AWS account."""


@dataclass(frozen=True, slots=True)
class Aws:
    """One account and region, and the clients for them."""

    account: str
    region: str
    endpoint: str | None
    cloudformation: CloudFormationClient
    s3: S3Client

    def close(self) -> None:
        """Close the connections."""
        self.cloudformation.close()
        self.s3.close()


def connect(session: boto3.session.Session, endpoint: str | None = None) -> Aws:
    """Find out which account this is. Raises NoCredentialsHereError when none is named.

    Without an endpoint, boto3 itself uses AWS_ENDPOINT_URL.
    """
    region: str | None = session.region_name
    if region is None or session.get_credentials() is None:
        raise NoCredentialsHereError(
            "No AWS credentials or no region here, so nothing was deployed. "
            "Fix: set AWS_PROFILE (or aws configure, aws sso login) and AWS_REGION. "
            "Without an AWS account: make run."
        )
    # An endpoint that is given is on this machine: no proxy leads there.
    config = CONFIG.merge(Config(proxies={})) if endpoint else CONFIG
    try:
        with closing(session.client("sts", endpoint_url=endpoint, config=config)) as sts:
            account = sts.get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise NoCredentialsHereError(
            f"AWS refuses the credentials here: {error}. Fix: aws sso login, or set AWS_PROFILE."
        ) from error
    cloudformation = session.client("cloudformation", endpoint_url=endpoint, config=config)
    # Path style works for buckets of AWS and of the local stack.
    s3_config = config.merge(Config(s3={"addressing_style": "path"}))
    s3 = session.client("s3", endpoint_url=endpoint, config=s3_config)
    return Aws(account, region, endpoint, cloudformation, s3)
