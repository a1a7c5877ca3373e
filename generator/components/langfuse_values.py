"""The values of Langfuse's chart 2.0.0: keys by reference, stores outside or bundled, pods on our own nodes."""

from __future__ import annotations

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.kubernetes.placement import POOL, TAINT, node_selector

from .charts import resources, spread
from .storage import STORAGE_CLASS

SECRET = "langfuse"
USER = 1001
"""`nextjs` and `expressjs` in the images; by name the kubelet could not tell them from root."""
CLICKHOUSE_TAG = "26.4"
"""What the vendor recommends; the chart takes a minor release, which gets fixes."""
RESTRICTED: Obj = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def keys(env: Environment) -> dict[str, str]:
    """Key of the Secret -> property of the entry `langfuse` in Secrets Manager.

    Capital letters are the PostgreSQL chart's, `default` is the user of Valkey, whose chart takes its name for the key.
    """
    found = {name: name for name in ("admin-password", "encryption-key", "nextauth-secret", "public-key", "salt")}
    found |= {name: name for name in ("secret-key", "clickhouse-password", "postgres-password", "redis-password")}
    if not env.langfuse.postgres:
        found |= {
            "POSTGRES_DB": "postgres-database",
            "POSTGRES_PASSWORD": "postgres-admin-password",
            "USERDB_PASSWORD": "postgres-password",
            "USERDB_USER": "postgres-username",
        }
    return found | ({} if env.langfuse.redis else {"default": "redis-password"})


def values(env: Environment) -> Obj:
    return {
        "langfuse": langfuse(env),
        "postgresql": postgresql(env),
        "redis": redis(env),
        "clickhouse": clickhouse(env),
        "s3": s3(env),
    }


def langfuse(env: Environment) -> Obj:
    settings = env.langfuse
    found = {"app.kubernetes.io/name": "langfuse", "app.kubernetes.io/instance": "langfuse"}
    role = {"replicas": settings.replicas, "pdb": {"create": True, "maxUnavailable": 1}}
    needs = settings.resources
    return {
        "image": {"tag": settings.version, "pullPolicy": "IfNotPresent"},
        "salt": reference("salt"),
        "encryptionKey": reference("encryption-key"),
        "nextauth": {
            # Where a browser finds it: sign-in sends people back there.
            "url": f"https://{settings.host}" if settings.host else "http://localhost:3000",
            "secret": reference("nextauth-secret"),
        },
        "features": {"telemetryEnabled": False, "signUpDisabled": True},
        "logging": {"level": "info", "format": "json"},
        # Named by the Pod Identity association that may use the bucket; nothing of it calls the Kubernetes API.
        "serviceAccount": {"create": True, "name": "langfuse", "automountServiceAccountToken": False},
        "podSecurityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "securityContext": RESTRICTED,
        **placement(on_demand=False),
        "resources": resources(needs.cpu, needs.memory, needs.memory_limit),
        "extraLifecycle": {"preStop": {"sleep": {"seconds": 5}}},
        "web": role | {"pod": {"topologySpreadConstraints": spread(found | {"app": "web"})}},
        "worker": role | {"pod": {"topologySpreadConstraints": spread(found | {"app": "worker"})}},
        "ingress": ingress(env),
        "additionalEnv": [
            *first_start(env),
            # The bucket's lifecycle deletes raw events, so Langfuse need not keep a list of them.
            {"name": "LANGFUSE_ENABLE_BLOB_STORAGE_FILE_LOG", "value": "false"},
        ],
    }


def first_start(env: Environment) -> list[Obj]:
    """What Langfuse makes when it is not there yet, so that the collector's keys work from the first trace on."""
    settings = env.langfuse
    given = {
        "ORG_ID": settings.organization,
        "ORG_NAME": settings.organization,
        "PROJECT_ID": settings.project,
        "PROJECT_NAME": settings.project,
        "USER_EMAIL": settings.admin,
        "USER_NAME": "admin",
    }
    secret = {
        "PROJECT_PUBLIC_KEY": "public-key",
        "PROJECT_SECRET_KEY": "secret-key",
        "USER_PASSWORD": "admin-password",
    }
    found: list[Obj] = [{"name": f"LANGFUSE_INIT_{name}", "value": value} for name, value in given.items()]
    return found + [
        {"name": f"LANGFUSE_INIT_{name}", "valueFrom": {"secretKeyRef": {"name": SECRET, "key": key}}}
        for name, key in secret.items()
    ]


def ingress(env: Environment) -> Obj:
    """An internal load balancer: prompts are read from inside the network.  Its certificate is found by host."""
    host = env.langfuse.host
    if not host:
        return {"enabled": False}
    annotations = {
        "scheme": "internal",
        "target-type": "ip",
        "listen-ports": '[{"HTTPS":443}]',
        "ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "healthcheck-path": "/api/public/health",
    }
    return {
        "enabled": True,
        "className": "alb",
        "annotations": {f"alb.ingress.kubernetes.io/{key}": value for key, value in annotations.items()},
        "hosts": [{"host": host, "paths": [{"path": "/", "pathType": "Prefix"}]}],
    }


def postgresql(env: Environment) -> Obj:
    outside = env.langfuse.postgres
    auth: Obj = {"existingSecret": SECRET, "secretKeys": {"userPasswordKey": "postgres-password"}}
    if outside:
        auth |= {"username": outside.username, "database": outside.database}
        return {
            "deploy": False,
            "host": outside.host,
            "port": outside.port,
            "auth": auth,
            # RDS refuses what is not encrypted.
            "args": "sslmode=require",
        }
    auth["secretKeys"]["adminPasswordKey"] = "POSTGRES_PASSWORD"
    return {
        "deploy": True,
        "auth": auth,
        "settings": {"existingSecret": SECRET},
        "userDatabase": {"existingSecret": SECRET},
        "storage": {"requestedSize": "20Gi", "className": STORAGE_CLASS},
        "resources": resources("250m", "512Mi", "2Gi"),
        "initResources": resources("10m", "32Mi", "64Mi"),
        "podSecurityContext": {"fsGroup": 999, "seccompProfile": {"type": "RuntimeDefault"}},
        **placement(on_demand=True),
    }


def redis(env: Environment) -> Obj:
    outside = env.langfuse.redis
    auth = {"username": "default", "existingSecret": SECRET, "existingSecretPasswordKey": "redis-password"}
    if outside:
        tls = {"enabled": True}
        return {"deploy": False, "host": outside.host, "port": outside.port, "tls": tls, "auth": auth}
    return {
        "deploy": True,
        "auth": auth | {"usersExistingSecret": SECRET},
        "dataStorage": {"enabled": True, "requestedSize": "8Gi", "className": STORAGE_CLASS, "keepPvc": True},
        # Its volume is one pod's: a second one beside it would wait for ever.
        "deploymentStrategy": "Recreate",
        "resources": resources("100m", "256Mi", "1536Mi"),
        "initResources": resources("10m", "32Mi", "64Mi"),
        **placement(on_demand=True),
    }


def clickhouse(env: Environment) -> Obj:
    outside = env.langfuse.clickhouse
    auth = {"username": "default", "existingSecret": SECRET, "existingSecretKey": "clickhouse-password"}
    if outside:
        return {
            "deploy": False,
            "host": f"https://{outside.host}",
            "httpPort": outside.http_port,
            "nativePort": outside.native_port,
            "database": outside.database,
            "auth": auth | {"username": outside.username},
            "migration": {"ssl": True},
            "cluster": {"enabled": outside.clustered},
        }
    return {
        "deploy": True,
        # It asks a cluster for the operator's kinds, which Argo CD has not got while it renders.
        "crdCheck": False,
        "auth": auth,
        "cluster": {
            "enabled": True,
            "replicas": 1,
            "image": {"tag": CLICKHOUSE_TAG},
            "storage": {"size": env.langfuse.storage, "className": STORAGE_CLASS},
            "resources": resources("1", "4Gi", "8Gi"),
            **placement(on_demand=True),
        },
        "keeper": {
            "enabled": True,
            "replicas": 1,
            "image": {"tag": CLICKHOUSE_TAG},
            "storage": {"size": "10Gi", "className": STORAGE_CLASS},
            "resources": resources("100m", "256Mi", "1Gi"),
            **placement(on_demand=True),
        },
    }


def s3(env: Environment) -> Obj:
    """Without keys the AWS SDK asks the Pod Identity Agent."""
    return {
        "deploy": False,
        "bucket": env.langfuse.bucket,
        "region": env.cluster.region,
        "forcePathStyle": False,
        "eventUpload": {"prefix": "events/"},
        "mediaUpload": {"enabled": True, "prefix": "media/"},
        "batchExport": {"enabled": True, "prefix": "exports/"},
    }


def placement(*, on_demand: bool) -> Obj:
    """Nodes of our pool; a store of one pod is not on Spot."""
    toleration = {"key": TAINT["key"], "operator": "Equal", "value": POOL, "effect": TAINT["effect"]}
    return {"nodeSelector": node_selector(on_demand), "tolerations": [toleration]}


def reference(key: str) -> Obj:
    return {"secretKeyRef": {"name": SECRET, "key": key}}
