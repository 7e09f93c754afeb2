"""Findings that are right to be there, each with its reason. One that matches nothing any more
fails the scan, so that the table stays as short as it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final


@dataclass(frozen=True, slots=True)
class Finding:
    """A scanner's finding. `where` is a resource of the template or a file."""

    scanner: str
    rule: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Findings of one rule; `where` is a pattern of the shell's kind."""

    rule: str
    where: str
    reason: str

    def covers(self, finding: Finding) -> bool:
        return self.rule == finding.rule and fnmatchcase(finding.where, self.where)


ACCEPTED: Final = (
    # --- checkov: the template ------------------------------------------------------------------
    Accepted(
        "CKV_AWS_115",
        "AWS::Lambda::Function.*",
        "Each queue's MaximumConcurrency bounds its consumer without failing a batch; a "
        "reservation would fail it, and count as a delivery. The stage throttles the API.",
    ),
    Accepted(
        "CKV_AWS_116",
        "AWS::Lambda::Function.*",
        "A function's own DLQ is for asynchronous calls. Queues have theirs, streams and the bus "
        "have failure destinations (tests/infra/test_routing.py), HTTP calls are answered.",
    ),
    Accepted(
        "CKV_AWS_117",
        "AWS::Lambda::Function.*",
        "Nothing here is inside a VPC: the functions reach AWS by TLS and IAM only, and the "
        "gateway over the internet. A VPC would add a NAT and cold starts, and protect nothing.",
    ),
    Accepted(
        "CKV_AWS_119",
        "AWS::DynamoDB::Table.*",
        "SSEEnabled is on, with the key that AWS manages for DynamoDB in this account.",
    ),
    Accepted(
        "CKV_AWS_27",
        "AWS::SQS::Queue.*",
        "SqsManagedSseEnabled is on (tests/infra/test_safety.py); this rule knows only KMS keys, "
        "which would cost a call per message and block EventBridge without a further policy.",
    ),
    Accepted(
        "CKV_AWS_120",
        "AWS::ApiGateway::Stage.ApiStage",
        "A cache would show balances and payments that are no longer so; answers are no-store.",
    ),
    Accepted(
        "CKV_AWS_149",
        "AWS::SecretsManager::Secret.GatewaySecret",
        "Encrypted with aws/secretsmanager; only gateway-processor may read it.",
    ),
    Accepted(
        "CKV_AWS_158",
        "AWS::Logs::LogGroup.*",
        "Encrypted by CloudWatch Logs itself; logs hold ids only (tests/security/test_logs.py).",
    ),
    Accepted(
        "CKV_AWS_173",
        "AWS::Lambda::Function.*",
        "The variables are names and numbers, encrypted with Lambda's own key; no secret is among "
        "them (tests/security/test_settings.py).",
    ),
    Accepted(
        "CKV_AWS_73",
        "AWS::ApiGateway::Stage.ApiStage",
        "The correlation id follows a payment through the logs; a second trail costs more CPU.",
    ),
    # --- parliament: the roles' policies --------------------------------------------------------
    Accepted(
        "RESOURCE_MISMATCH",
        "EventRelayStreamRole *dynamodb:ListStreams*",
        "Lambda asks for it on the stream's ARN when it makes the mapping, whatever IAM's list "
        "says; on `*` it would be a wildcard.",
    ),
    # --- bandit: the code -----------------------------------------------------------------------
    Accepted(
        "B404",
        "infra/*",
        "Tools start programs; the next line explains why that is safe. Handlers start none.",
    ),
    Accepted(
        "B603",
        "infra/*",
        "Commands are lists that are built here, without a shell, from no outside input.",
    ),
    Accepted(
        "B607",
        "infra/contracts/mutants/run.py",
        "git is whichever the developer's PATH finds, as everywhere else; it is only asked for the "
        "commit's name.",
    ),
    Accepted(
        "B506", "infra/contracts/documents.py", "The loader is a subclass of the safe loader."
    ),
    Accepted("B506", "infra/generate/spec.py", "The loader is a subclass of the safe loader."),
    Accepted(
        "B701",
        "infra/generate/*",
        "These templates write Python, TypeScript and Markdown from specs/, which is ours; "
        "escaping for HTML would break them.",
    ),
    Accepted("B101", "infra/local/simulator/*", "States an invariant; the simulator never ships."),
    Accepted(
        "B608", "infra/local/simulator/ledger.py", "The table names are literals of that very line."
    ),
    Accepted("B311", "infra/contracts/mutants/run.py", "Draws a sample of mutants, no secret."),
    Accepted("B701", "infra/services/create.py", "Writes Python and Markdown from the contract."),
    Accepted("B701", "infra/site/rendering.py", "Writes Markdown of this repository's contracts."),
)


def judge(findings: Sequence[Finding]) -> tuple[list[Finding], list[Accepted]]:
    """What is not accepted, and what is accepted for nothing."""
    used = {a for a in ACCEPTED for finding in findings if a.covers(finding)}
    open_ones = [f for f in findings if not any(a.covers(f) for a in ACCEPTED)]
    return open_ones, [a for a in ACCEPTED if a not in used]
