"""Which AWS identity a pod has: Pod Identity associations, their roles, and ServiceAccounts that charts make."""

from __future__ import annotations

from functools import lru_cache

from generator.check.aws.account import Account, Resource
from generator.check.objectset import Item
from generator.check.walk import text

ASSOCIATION = "AWS::EKS::PodIdentityAssociation"


@lru_cache(maxsize=8)
def associations(account: Account) -> dict[tuple[str, str], Resource]:
    """By namespace and ServiceAccount."""
    return {whose(one): one for one in account.of(ASSOCIATION)}


def whose(resource: Resource) -> tuple[str, str]:
    """Namespace and ServiceAccount of an association."""
    return text(resource.properties, "Namespace"), text(resource.properties, "ServiceAccount")


def association(account: Account, item: Item) -> Resource | None:
    """What gives a workload's pods an identity."""
    return associations(account).get((item.namespace, text(item.pod, "serviceAccountName") or "default"))


def role_of(account: Account, found: Resource) -> Resource | None:
    """The role of an association, where a template holds it."""
    value = found.properties.get("RoleArn")
    roles = account.of("AWS::IAM::Role")
    return next((one for one in roles if account.means(found.template, value, one)), None)
