"""Policies: the rules of policies/admission, by which the API server judges what reaches our namespaces and pools.

The files are ValidatingAdmissionPolicies and are rendered as they stand; what differs between environments is whether
they refuse or only warn, and the parameters that an environment sets.
"""

from __future__ import annotations

from functools import cache

import yaml

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata
from generator.loader import LOADER
from generator.shipped import POLICIES

from . import openclaw

NAME = "policies"
PARAMETERS = "openclaw-policy-parameters"
FOLDER = POLICIES / "admission"
# The API takes Deny and Warn apart only.
ACTIONS = {"audit": ["Audit", "Warn"], "deny": ["Deny"]}


def objects(env: Environment) -> list[Obj]:
    """The parameters, and each policy with its binding."""
    return [parameters(env), *(made for policy in policies() for made in (policy, binding(env, policy)))]


def parameters(env: Environment) -> Obj:
    """What the rules are told of the environment; the API takes strings alone."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(PARAMETERS, openclaw.NAMESPACE, app=NAME),
        # The number in the family's name: c8g is Graviton4.
        "data": {"oldestInstanceGeneration": str(env.compute.graviton + 4)},
    }


def binding(env: Environment, policy: Obj) -> Obj:
    spec: Obj = {
        "policyName": policy["metadata"]["name"],
        "validationActions": ACTIONS[env.policies.enforcement],
    }
    if "paramKind" in policy["spec"]:
        spec["paramRef"] = {
            "name": PARAMETERS,
            "namespace": openclaw.NAMESPACE,
            "parameterNotFoundAction": "Deny",
        }
    return {
        "apiVersion": policy["apiVersion"],
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": metadata(policy["metadata"]["name"], app=NAME),
        "spec": spec,
    }


@cache
def policies() -> tuple[Obj, ...]:
    """The policies by file name, with the standard labels; shared by all environments, so not to be changed."""
    return tuple(labelled(yaml.load(path.read_text("utf-8"), Loader=LOADER)) for path in sorted(FOLDER.glob("*.yaml")))


def labelled(policy: Obj) -> Obj:
    meta = policy["metadata"]
    return policy | {"metadata": metadata(meta["name"], app=NAME, annotations=meta["annotations"])}
