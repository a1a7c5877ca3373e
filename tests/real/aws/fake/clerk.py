"""Runs with moto's own Python, which has boto3: one call to AWS a line of standard input, its answer a line of output.

`["s3", "eu-central-1", "get_bucket_policy", {"Bucket": "b"}]` is answered by `{"answer": {...}}`, or by
`{"error": "NoSuchBucketPolicy", "message": "..."}`.
"""

import json
import sys
from functools import cache
from typing import Any

import boto3  # type: ignore[import-not-found,unused-ignore]
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-not-found,unused-ignore]


@cache
def client(service: str, region: str) -> Any:
    return boto3.client(service, region_name=region)


def answer(service: str, region: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    made = client(service, region)
    try:
        if made.can_paginate(operation):
            return {"answer": made.get_paginator(operation).paginate(**parameters).build_full_result()}
        return {"answer": getattr(made, operation)(**parameters)}
    except ClientError as refusal:
        return {"error": refusal.response["Error"]["Code"], "message": refusal.response["Error"]["Message"]}
    except BotoCoreError as problem:
        return {"error": type(problem).__name__, "message": str(problem)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(*json.loads(line)), default=str), flush=True)
