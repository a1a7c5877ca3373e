"""External Secrets: one SecretStore a namespace, one ExternalSecret a Secret that a workload declares.

Values live in AWS Secrets Manager below the environment's prefix and never in Git.  The operator authenticates by Pod
Identity, so the store has no `auth` block.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata
from generator.kubernetes.secret import Secret

NAME = "secrets"
STORE = "aws-secrets-manager"
DEFAULTS: Obj = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}
"""What the API server adds to a list; unsaid, Argo CD would see a difference for ever and sync without end."""


def objects(env: Environment, declared: Sequence[Secret]) -> list[Obj]:
    namespaces = sorted({secret.namespace for secret in declared})
    return [store(env, namespace) for namespace in namespaces] + [external_secret(env, secret) for secret in declared]


def store(env: Environment, namespace: str) -> Obj:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "SecretStore",
        "metadata": metadata(STORE, namespace, app=NAME),
        "spec": {"provider": {"aws": {"service": "SecretsManager", "region": env.cluster.region}}},
    }


def external_secret(env: Environment, secret: Secret) -> Obj:
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": metadata(secret.name, secret.namespace, app=NAME),
        "spec": {
            "refreshInterval": env.secrets.refresh_interval,
            "secretStoreRef": {"kind": "SecretStore", "name": STORE},
            # Retain: an entry deleted by mistake must not take the running pods' credentials with it.
            "target": {"name": secret.name, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
            "data": [
                {
                    "secretKey": key,
                    "remoteRef": {
                        "key": f"{env.secrets.prefix}/{remote.entry}",
                        "property": remote.property,
                        **DEFAULTS,
                    },
                }
                for key, remote in sorted(secret.data.items())
            ],
        },
    }
