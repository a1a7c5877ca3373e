"""aws-state-kept: no deployment deletes state.

A stack that is deleted, a resource that is renamed, or a property whose change replaces the resource takes what was
kept along: archives, traces, the key without which both are noise, every user's account.  `Retain` leaves the old one
in the account, where a person decides.

Looked at: buckets, KMS keys, secrets and user pools have `DeletionPolicy` and `UpdateReplacePolicy` of `Retain`, and a
user pool `DeletionProtection: ACTIVE`, which stops also whoever deletes it by hand.

Limits: secrets and keys have a waiting time of their own, which is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator

from generator.check.aws.account import Account
from generator.check.objectset import Breach
from generator.check.rules import Severity

ID, SEVERITY = "aws-state-kept", Severity.ERROR
REMEDIATION = "set DeletionPolicy and UpdateReplacePolicy to Retain, and deletion protection where the type has it"

STATE = {
    "AWS::Cognito::UserPool": "every account and second factor of its users",
    "AWS::KMS::Key": "everything that it encrypts",
    "AWS::S3::Bucket": "the archives, traces or logs in it",
    "AWS::SecretsManager::Secret": "a value that stands nowhere else",
}
"""Types that hold state, and what is lost with them."""

POLICIES = {
    "DeletionPolicy": (("Retain", "RetainExceptOnCreate"), "a stack that is deleted, or no longer names it, takes"),
    "UpdateReplacePolicy": (("Retain",), "a change that replaces it takes"),
}
"""Values that keep the resource, and what any other value lets happen."""


def check(account: Account) -> Iterator[Breach]:
    for resource in account.of(*STATE):
        lost = STATE[resource.type]
        for policy, (keeping, happens) in POLICIES.items():
            if resource.obj.get(policy) not in keeping:
                message = f"{policy} is not Retain: {happens} {lost} along"
                yield Breach(resource, ("Resources", resource.name, policy), message)
        protected = resource.properties.get("DeletionProtection")
        if resource.type == "AWS::Cognito::UserPool" and protected != "ACTIVE":
            message = f"has no deletion protection: one call takes {lost}"
            yield Breach(resource, resource.path("DeletionProtection"), message)
