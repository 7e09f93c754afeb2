"""`python -m infra.deploy --stage dev [--parameter Name=Value]`: build, and deploy to AWS.

`--lint` only runs cfn-lint over the template. Exit codes: 0 deployed (or nothing to change),
1 the deployment failed, 2 there are no AWS credentials.
"""

import argparse
import os
import re
import sys
import time

import boto3

from generated.catalogue import SERVICES
from infra.deploy.aws import Aws, DeployError, NoCredentialsHereError, connect
from infra.deploy.deployment import Release, deploy
from infra.package.build import build
from infra.package.targets import PackageError, target
from infra.template import build_template

STAGE = re.compile(r"[a-z][a-z0-9]{0,11}")


def main() -> int:
    arguments = _arguments()
    if arguments.lint:
        from infra.deploy.lint import lint

        return lint()
    try:
        # boto3 reads only AWS_DEFAULT_REGION, the AWS command line first AWS_REGION.
        aws = connect(boto3.session.Session(region_name=os.environ.get("AWS_REGION")))
        outputs = deploy(aws, _release(arguments), _progress)
    except NoCredentialsHereError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (DeployError, PackageError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _report(aws, arguments.stage, outputs)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.deploy", description=__doc__)
    parser.add_argument("--stage", type=_stage, default="dev", help="names the stack")
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        type=_parameter,
        help="a parameter of the template; kept on later deployments",
    )
    parser.add_argument("--lint", action="store_true", help="only lint the template")
    return parser.parse_args()


def _stage(text: str) -> str:
    if not STAGE.fullmatch(text):
        raise argparse.ArgumentTypeError(
            "a stage is 1 to 12 lower-case letters and digits, like dev"
        )
    return text


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError(f"{text} is not NAME=VALUE")
    return name, value


def _release(arguments: argparse.Namespace) -> Release:
    return Release(
        stage=arguments.stage,
        template=build_template().to_json(),
        packages=build(SERVICES, target("aws"), _progress),
        parameters=dict(arguments.parameter),
    )


started_s = time.monotonic()


def _progress(what: str) -> None:
    sys.stdout.write(f"[{time.monotonic() - started_s:6.1f}s] {what}\n")
    sys.stdout.flush()


def _report(aws: Aws, stage: str, outputs: dict[str, str]) -> None:
    width = max(map(len, outputs), default=0)
    lines = [f"  {name:<{width}}  {value}" for name, value in sorted(outputs.items())]
    pool, secret = outputs.get("UserPoolId", "..."), outputs.get("GatewaySecretId", "...")
    sys.stdout.write(
        "\n".join(
            [
                f"\npayments-{stage} in account {aws.account}, {aws.region}:",
                *lines,
                "\nNext:",
                f"  curl {outputs.get('ApiUrl', '...')}/health",
                f"  aws secretsmanager put-secret-value --secret-id {secret} --secret-string KEY",
                f"  aws cognito-idp admin-create-user --user-pool-id {pool} --username NAME\n",
            ]
        )
    )


if __name__ == "__main__":
    sys.exit(main())
