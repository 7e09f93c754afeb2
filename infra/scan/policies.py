"""The roles' policies as IAM reads them, with ARNs in place of references."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from infra.template import build_template

PLACE: Final = "us-east-1:123456789012"
ARNS: Final = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{PLACE}:table/%s",
    "AWS::SQS::Queue": f"arn:aws:sqs:{PLACE}:%s",
    "AWS::Events::EventBus": f"arn:aws:events:{PLACE}:event-bus/%s",
    "AWS::SecretsManager::Secret": f"arn:aws:secretsmanager:{PLACE}:secret:%s",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{PLACE}:log-group:%s:*",
}


def policies() -> Iterator[tuple[str, str]]:
    """Role and policy document of every role."""
    resources = json.loads(build_template().to_json())["Resources"]
    for title, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            for policy in resource["Properties"].get("Policies", []):
                document = _resolved(policy["PolicyDocument"], resources)
                yield title, json.dumps(document)


def _resolved(node: Any, resources: Any) -> Any:
    if isinstance(node, list):
        return [_resolved(item, resources) for item in node]
    if not isinstance(node, dict):
        return node
    match list(node.items()):
        case [("Fn::GetAtt", [title, attribute])]:
            return _arn(title, attribute, resources)
        case [("Fn::Sub", text)]:
            return re.sub(r"\$\{(\w+)\.(\w+)}", lambda m: _arn(m[1], m[2], resources), text)
        case _:
            return {key: _resolved(value, resources) for key, value in node.items()}


def _arn(title: str, attribute: str, resources: Any) -> str:
    arn = ARNS[resources[title]["Type"]] % title
    return f"{arn}/stream/2026-03-01T00:00:00.000" if attribute == "StreamArn" else arn
