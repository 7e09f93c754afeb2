"""What Lambda hands to functions, as text: the runtime client reads it before they are called."""

from __future__ import annotations

import json
from typing import Final

from tests.builders import PREFIX, about, initiated, travelling

TOKEN_CHARS: Final = 800  # of an access token of Cognito
CORRELATION: Final = "5b0c8c9e-6f0b-4a34-9d5e-0c6a8a3f7e21"
AUDIENCE: Final = "1example23456789"
USER: Final = "1f0e6a52-7d0c-4d6b-9a55-5f2f5c0f9a11"


def sqs_event() -> str:
    """One record, with everything that Lambda says of it."""
    body = travelling(initiated(user_id=USER), correlationid=CORRELATION)
    record = {
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a" * 4,
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1772366400000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1772366400012",
        },
        "messageAttributes": {},
        "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
        "eventSource": "aws:sqs",
        "eventSourceARN": (
            f"arn:aws:sqs:us-east-1:123456789012:{PREFIX}-wallet-service--payment-initiated"
        ),
        "awsRegion": "us-east-1",
    }
    return json.dumps({"Records": [record]}, separators=(",", ":"))


def api_event() -> str:
    """POST /payments as a REST API hands it over."""
    headers = {
        "Accept": "application/json",
        "Authorization": "Bearer " + "x" * TOKEN_CHARS,
        "Content-Type": "application/json",
        "Host": "abcdefghij.execute-api.us-east-1.amazonaws.com",
        "Idempotency-Key": "0c3c9d8e-3c35-4b1e-a8ac-1f0d3f5a7f4e",
        "User-Agent": "payments-client/1.0",
        "X-Amzn-Trace-Id": "Root=1-65e5c3f0-0123456789abcdef01234567",
        "X-Forwarded-For": "198.51.100.7",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
    }
    body = {"amount": about()["amount"].model_dump(), "payee": "coffee-shop-42"}
    event = {
        "resource": "/payments",
        "path": "/payments",
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": _context("/payments"),
        "body": json.dumps(body),
        "isBase64Encoded": False,
    }
    return json.dumps(event, separators=(",", ":"))


def _context(path: str) -> dict[str, object]:
    return {
        "resourceId": "123456",
        "resourcePath": path,
        "httpMethod": "POST",
        "extendedRequestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
        "requestTime": "01/Mar/2026:12:00:00 +0000",
        "path": f"/v1{path}",
        "accountId": "123456789012",
        "protocol": "HTTP/1.1",
        "stage": "v1",
        "domainPrefix": "abcdefghij",
        "requestTimeEpoch": 1772366400000,
        "requestId": CORRELATION,
        "identity": {"sourceIp": "198.51.100.7", "userAgent": "payments-client/1.0"},
        "authorizer": {
            "claims": {
                "sub": USER,
                "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI",
                "aud": AUDIENCE,
                "token_use": "id",
                "auth_time": "1772366000",
                "exp": "1772369600",
                "iat": "1772366000",
                "cognito:groups": "operator",
            }
        },
        "domainName": "abcdefghij.execute-api.us-east-1.amazonaws.com",
        "apiId": "abcdefghij",
    }
