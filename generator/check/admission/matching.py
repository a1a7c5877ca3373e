"""Does a policy or a binding speak about the creation of a resource?"""

from __future__ import annotations

from generator.check.admission.policy import Labels, Match, Rule
from generator.check.admission.resource import Resource


class OtherVersion(ValueError):
    """The API server would convert the object to another version first, which cannot be done offline."""


class Matcher:
    """Decides as the API server does for CREATE."""

    def __init__(self, match: Match) -> None:
        self._match = match
        self._by_name = any(rule.names for rule in (*match.rules, *match.excluded))
        self._known: dict[tuple[str, str, str, bool], bool] = {}

    def matches(self, resource: Resource, labels: Labels, namespace_labels: Labels) -> bool:
        """What has no namespace is not held back by a namespace selector.

        Raises OtherVersion where matchPolicy: Equivalent brings in another version of the resource.
        """
        if resource.namespace and not self._match.namespaces.holds(namespace_labels):
            return False
        if not self._match.objects.holds(labels):
            return False
        if self._by_name:
            return self._ruled(resource)
        key = (resource.group, resource.version, resource.plural, bool(resource.namespace))
        if key not in self._known:
            self._known[key] = self._ruled(resource)
        return self._known[key]

    def _ruled(self, resource: Resource) -> bool:
        if self._any(self._match.excluded, resource):
            return False
        return not self._match.rules or self._any(self._match.rules, resource)

    def _any(self, rules: tuple[Rule, ...], resource: Resource) -> bool:
        found = [rule for rule in rules if _speaks_of(rule, resource)]
        if any(_has(rule.versions, resource.version) for rule in found):
            return True
        if self._match.equivalent and found:
            versions = ", ".join(sorted({version for rule in found for version in rule.versions}))
            raise OtherVersion(
                f"{resource.plural} are named in version {versions}, the object has {resource.version}: "
                "the API server would convert it; name that version or *"
            )
        return False


def _speaks_of(rule: Rule, resource: Resource) -> bool:
    """In everything but the version."""
    return (
        _in_scope(rule.scope, resource)
        and _has(rule.operations, "CREATE")
        and _has(rule.groups, resource.group)
        and any(_is(named, resource.plural) for named in rule.resources)
        and (not rule.names or resource.name in rule.names)
    )


def _has(given: tuple[str, ...], value: str) -> bool:
    return "*" in given or value in given


def _is(named: str, plural: str) -> bool:
    """`pods/exec` is a subresource, `pods/*` is pods and all below, `*/*` is everything."""
    name, slash, below = named.partition("/")
    return name in ("*", plural) and (not slash or below in ("", "*"))


def _in_scope(scope: str, resource: Resource) -> bool:
    inside = bool(resource.namespace) and not resource.is_namespace
    return scope == "*" or inside == (scope == "Namespaced")
