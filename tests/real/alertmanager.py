"""A real Alertmanager with the configuration that the Prometheus Operator makes of AlertmanagerConfigs."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.real import process
from tests.real.pod import Pod
from tools.programs import Program

Obj = dict[str, Any]
Secrets = Mapping[tuple[str, str], str]
"""Name of a Secret and key in it -> the value."""

NOBODY = "null"
"""The receiver of kube-prometheus-stack's own route: what no AlertmanagerConfig takes reaches nobody."""
NAMES = {"topicARN": "topic_arn", "apiURL": "api_url"}
"""Keys that Alertmanager spells otherwise than in snake case."""
READY = 60
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "ASIAEXAMPLEEXAMPLE00", "AWS_SECRET_ACCESS_KEY": "example-secret-access-key"}
"""What Pod Identity would give."""


def configuration(configs: Iterable[Obj], secrets: Secrets) -> Obj:
    """Each config below a route of its own, for the alerts of its namespace alone; receivers under their full names."""
    routes, receivers, inhibited = [], [{"name": NOBODY}], []
    for config in configs:
        namespace, name = config["metadata"]["namespace"], config["metadata"]["name"]
        spec, here = _plain(config["spec"], secrets), f'namespace="{namespace}"'
        routes.append(_named(spec["route"], f"{namespace}/{name}") | {"matchers": [here], "continue": True})
        receivers += [one | {"name": f"{namespace}/{name}/{one['name']}"} for one in spec["receivers"]]
        inhibited += [
            {f"{side}_matchers": [*rule[f"{side}_match"], here] for side in ("source", "target")}
            | {"equal": rule["equal"]}
            for rule in spec.get("inhibit_rules", [])
        ]
    return {"route": {"receiver": NOBODY, "routes": routes}, "receivers": receivers, "inhibit_rules": inhibited}


def alertmanager(program: Program, root: Path, config: Obj) -> tuple[Pod, str]:
    """A server, not yet started, and its host and port."""
    address = f"127.0.0.1:{process.free_port()}"
    file = root / "alertmanager.yaml"
    file.write_text(yaml.safe_dump(config))
    # Debian's reads its templates from /usr/share alone: it sees there what came with it.
    share = 'set -e; mount --bind "$1" /usr/share; shift; exec "$@"'
    argv = ["unshare", "--map-root-user", "--mount", "sh", "-c", share, "sh", f"{program.path}/usr/share"]
    argv += [*program.argv, f"--config.file={file}", f"--storage.path={root}/alertmanager"]
    argv += [f"--web.listen-address={address}", "--cluster.listen-address=", "--log.level=warn"]
    ready = f"http://{address}/-/ready"
    return Pod("alertmanager", root, argv, CREDENTIALS, lambda: process.http_status(ready) == 200, READY), address


def _plain(spec: Any, secrets: Secrets) -> Any:
    """In Alertmanager's own spelling: matchers as text, Secrets filled in."""
    if isinstance(spec, list):
        return [_plain(one, secrets) for one in spec]
    if not isinstance(spec, dict):
        return spec
    if spec.keys() == {"matchType", "name", "value"}:
        return f'{spec["name"]}{spec["matchType"]}"{spec["value"]}"'
    if spec.keys() == {"name", "key"}:
        return secrets[spec["name"], spec["key"]]
    snake = {key: re.sub(r"(?<=[a-z])([A-Z])", r"_\1", key).lower() for key in spec}
    return {NAMES.get(key, snake[key]): _plain(one, secrets) for key, one in spec.items()}


def _named(route: Obj, prefix: str) -> Obj:
    """A route and those below it, with the full names of their receivers."""
    below = [_named(one, prefix) for one in route.get("routes", [])]
    return route | {"receiver": f"{prefix}/{route['receiver']}"} | ({"routes": below} if below else {})
