"""The artifact bucket: private, encrypted, TLS only; it holds packages and templates by content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws

if TYPE_CHECKING:
    from mypy_boto3_s3.literals import BucketLocationConstraintType

Progress = Callable[[str], None]
NEEDS_NO_LOCATION = "us-east-1"


def bucket_name(prefix: str, aws: Aws) -> str:
    """One bucket per stage, account and region."""
    return f"{prefix}-artifacts-{aws.account}-{aws.region}"


def ensure_bucket(aws: Aws, bucket: str, progress: Progress) -> None:
    """Create the bucket when it is missing; protect it every time: the last may have failed."""
    if not _exists(aws, bucket):
        progress(f"creating bucket {bucket}")
        if aws.region == NEEDS_NO_LOCATION:
            aws.s3.create_bucket(Bucket=bucket)
        else:
            region: BucketLocationConstraintType = aws.region  # type: ignore[assignment]
            aws.s3.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region}
            )
    _protect(aws, bucket)


def _exists(aws: Aws, bucket: str) -> bool:
    try:
        aws.s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=aws.account)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True


def _protect(aws: Aws, bucket: str) -> None:
    aws.s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    aws.s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_tls_only(bucket)))


def _tls_only(bucket: str) -> dict[str, object]:
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def upload_package(aws: Aws, bucket: str, package: Path, progress: Progress) -> str:
    """Upload a package unless it exists; its name depends on its content. Return its key."""
    if not _has_object(aws, bucket, package.name):
        progress(f"uploading {package.name} ({package.stat().st_size / 2**20:.1f} MiB)")
        aws.s3.upload_file(str(package), bucket, package.name)
    return package.name


def upload_template(aws: Aws, bucket: str, template: str) -> str:
    """Upload the template (it is larger than a request may be). Returns its URL."""
    digest = hashlib.sha256(template.encode()).hexdigest()[:16]
    key = f"template-{digest}.json"
    if not _has_object(aws, bucket, key):
        aws.s3.put_object(Bucket=bucket, Key=key, Body=template.encode())
    host = aws.endpoint or f"https://s3.{aws.region}.amazonaws.com"
    return f"{host}/{bucket}/{key}"


def _has_object(aws: Aws, bucket: str, key: str) -> bool:
    try:
        aws.s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise
    return True
