"""One deployment: packages and template to the artifact bucket, then a change set."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from botocore.exceptions import ClientError

from infra.deploy.artifacts import bucket_name, ensure_bucket, upload_package, upload_template
from infra.deploy.aws import Aws, DeployError
from infra.deploy.changes import Stack, Wanted, apply
from infra.package.build import Package

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Release:
    """What is deployed: a stage's parameters, the packages, and the template as JSON."""

    stage: str
    template: str
    packages: Sequence[Package]
    parameters: Mapping[str, str]

    @property
    def prefix(self) -> str:
        """The stack's name, and what every physical name begins with."""
        return f"payments-{self.stage}"


def deploy(aws: Aws, release: Release, progress: Progress, poll_s: float = 2.0) -> dict[str, str]:
    """Deploy and return the stack's outputs. Raises DeployError."""
    try:
        return _deploy(aws, release, progress, poll_s)
    except ClientError as error:
        raise DeployError(f"AWS refused a step of the deployment: {error}") from error


def _deploy(aws: Aws, release: Release, progress: Progress, poll_s: float) -> dict[str, str]:
    bucket = bucket_name(release.prefix, aws)
    ensure_bucket(aws, bucket, progress)
    code_keys = {
        code_parameter(package.service): upload_package(aws, bucket, package.path, progress)
        for package in release.packages
    }
    wanted = Wanted(
        template_url=upload_template(aws, bucket, release.template),
        declared=json.loads(release.template)["Parameters"],
        parameters={
            "Stage": release.stage,
            "CodeBucket": bucket,
            **code_keys,
            **release.parameters,
        },
    )
    stack = Stack(aws, release.prefix, poll_s)
    if not apply(stack, wanted, progress):
        progress("no changes")
    return stack.outputs()


def code_parameter(service: str) -> str:
    """`wallet-service` -> `WalletServiceCodeKey`."""
    return "".join(word.capitalize() for word in service.split("-")) + "CodeKey"
