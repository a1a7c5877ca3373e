"""Every rule over the AWS layer, in the order in which they speak."""

from __future__ import annotations

from generator.check.aws.rules import (
    AwsRule,
    bedrock_models,
    encrypted,
    identities_used,
    limits,
    private,
    references,
    state_kept,
    tls_only,
    wildcards,
)

RULES: tuple[AwsRule, ...] = (
    bedrock_models,
    encrypted,
    identities_used,
    limits,
    private,
    references,
    state_kept,
    tls_only,
    wildcards,
)
