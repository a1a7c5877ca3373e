"""A fleet: one Argo CD, the hub, syncs many clusters from this repository by one ApplicationSet.

A cluster joins by the label `openclaw.io/environment: prod` on its Argo CD cluster Secret: the hub then syncs every
folder of that environment to it, one Application a folder.  Such an environment has `gitops.argocd.mode: fleet` and
renders no Applications of its own.  Sync waves count inside one Application only, so a component whose Secret or
custom kind is not there yet is tried again until it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from generator.environment.model import Environment
from generator.kubernetes.objects import Obj, metadata

from . import argocd

NAME = "openclaw-fleet"
AWS = "aws"
"""Folder of the templates for the account, which no cluster takes."""
LABEL = "openclaw.io/environment"
"""Label of a cluster's Secret in the hub: the name of the environment file that describes it."""


def objects(env: Environment, parts: Sequence[argocd.Part]) -> list[Obj]:
    """The ApplicationSet and the AppProject that bounds it, in the hub's environment alone."""
    return [project(env, parts), application_set(env)] if env.gitops.fleet else []


def project(env: Environment, parts: Sequence[argocd.Part]) -> Obj:
    """On any cluster of the hub what the hub's own environment may sync to its cluster."""
    own = argocd.project(env, parts)
    named = metadata(NAME, env.gitops.argocd.namespace, app=argocd.NAME)
    destinations = [{"name": "*", "namespace": one["namespace"]} for one in own["spec"]["destinations"]]
    description = f"OpenClaw on every cluster with the label {LABEL}"
    return own | {
        "metadata": own["metadata"] | {"name": named["name"]},
        "spec": own["spec"] | {"description": description, "destinations": destinations},
    }


def application_set(env: Environment) -> Obj:
    gitops = env.gitops
    label = f'index .metadata.labels "{LABEL}"'
    clusters = {"clusters": {"selector": {"matchExpressions": [{"key": LABEL, "operator": "Exists"}]}}}
    folders = {
        "git": {
            "repoURL": gitops.repo_url,
            "revision": gitops.revision,
            "directories": [
                {"path": f"{gitops.tree}/{{{{ {label} }}}}/*"},
                *(
                    {"path": f"{gitops.tree}/{{{{ {label} }}}}/{folder}", "exclude": True}
                    for folder in (argocd.NAME, AWS)
                ),
            ],
        }
    }
    template = argocd.application(env, "{{ .nameNormalized }}-{{ .path.basename }}", "", wave=0)
    # Out of a volume's way: removing a cluster or a folder must not delete state.
    del template["metadata"]["finalizers"]
    del template["metadata"]["annotations"]
    template["metadata"]["labels"] |= {LABEL: f"{{{{ {label} }}}}"}
    del template["spec"]["destination"]["server"]
    template["spec"] |= {
        "project": NAME,
        "source": template["spec"]["source"] | {"path": "{{ .path.path }}"},
        "destination": template["spec"]["destination"] | {"name": "{{ .name }}"},
    }
    template["spec"]["syncPolicy"]["retry"]["limit"] = -1
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": metadata(NAME, gitops.argocd.namespace, app=argocd.NAME),
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"matrix": {"generators": [clusters, folders]}}],
            # A cluster that loses its label keeps running what it has.
            "syncPolicy": {"applicationsSync": "create-update", "preserveResourcesOnDeletion": True},
            "template": {
                "metadata": {key: template["metadata"][key] for key in ("name", "labels")},
                "spec": template["spec"],
            },
        },
    }
