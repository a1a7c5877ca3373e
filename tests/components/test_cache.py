"""The cache: bounded, forgetful, closed to whoever has no password, and silent about that password."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.components import cache
from generator.environment.model import Environment
from generator.kubernetes.objects import Obj
from generator.kubernetes.secret import Remote, Secret

PASSWORD_WITH_EVERYTHING = "p\"w\\ d$x `a` 'q' #암호"


def having(env: Environment, **changes: Any) -> Environment:
    return replace(env, cache=replace(env.cache, **changes))


def kind(env: Environment, name: str) -> Obj:
    return next(obj for obj in cache.objects(env) if obj["kind"] == name)


def container(env: Environment) -> Obj:
    found: Obj = kind(env, "Deployment")["spec"]["template"]["spec"]["containers"][0]
    return found


def elasticache(env: Environment) -> Environment:
    return having(env, mode="elasticache", endpoint="master.cache.abc123.use1.cache.amazonaws.com")


def test_redis_keeps_nothing_and_forgets_what_is_used_least(defaults: Environment) -> None:
    assert cache.redis_conf(defaults).splitlines() == [
        "bind * -::*",
        "port 6379",
        "protected-mode yes",
        "tcp-keepalive 60",
        'save ""',
        "appendonly no",
        "maxmemory 384mb",
        "maxmemory-policy allkeys-lru",
        "lazyfree-lazy-eviction yes",
        "lazyfree-lazy-expire yes",
    ]


@pytest.mark.parametrize(("limit", "data"), [("256Mi", "192mb"), ("1Gi", "768mb"), ("1.5Gi", "1152mb")])
def test_data_is_three_quarters_of_the_memory_limit(defaults: Environment, limit: str, data: str) -> None:
    env = having(defaults, resources=replace(defaults.cache.resources, memory_limit=limit))
    assert f"maxmemory {data}" in cache.redis_conf(env).splitlines()


@pytest.mark.parametrize("mode", ["elasticache", "none"])
def test_without_a_cache_in_the_cluster_there_is_no_object(defaults: Environment, mode: str) -> None:
    assert cache.objects(having(defaults, mode=mode)) == []


def test_address_follows_the_mode(defaults: Environment) -> None:
    assert cache.address(defaults) == ("cache.llm-gateway.svc.cluster.local", 6379, False)
    assert cache.address(elasticache(defaults)) == ("master.cache.abc123.use1.cache.amazonaws.com", 6379, True)
    with pytest.raises(ValueError, match=r"cache\.mode is none"):
        cache.address(having(defaults, mode="none"))


def test_password_is_read_wherever_there_is_a_cache(defaults: Environment) -> None:
    password = [Secret("cache", "llm-gateway", {"password": Remote("cache", "password")})]
    assert cache.secrets(defaults) == password
    assert cache.secrets(elasticache(defaults)) == password
    assert cache.secrets(having(defaults, mode="none")) == []


def test_probes_ask_redis_itself_with_the_password(defaults: Environment) -> None:
    made = container(defaults)
    assert {made[probe]["exec"]["command"][-1] for probe in ("startupProbe", "readinessProbe", "livenessProbe")} == {
        "ping"
    }
    assert made["env"] == [
        {"name": "REDISCLI_AUTH", "valueFrom": {"secretKeyRef": {"name": "cache", "key": "password"}}}
    ]


def test_container_starts_the_script_that_it_mounts(defaults: Environment) -> None:
    program, script = container(defaults)["command"]
    (mount,) = container(defaults)["volumeMounts"]
    assert program == "sh"
    assert Path(script).name in kind(defaults, "ConfigMap")["data"]
    assert str(Path(script).parent) == mount["mountPath"] == "/etc/redis"
    assert f"--include {mount['mountPath']}/redis.conf" in kind(defaults, "ConfigMap")["data"]["start.sh"]


def run_script(env: Environment, folder: Path, entry_point: str, password: str) -> subprocess.CompletedProcess[str]:
    """The rendered script with another entry point, and with the files of the ConfigMap in `folder`."""
    if not shutil.which("sha256sum"):
        pytest.skip("sha256sum is missing: it belongs to the image, not to every system")
    for name, text in kind(env, "ConfigMap")["data"].items():
        (folder / name).write_text(text.replace("/etc/redis", str(folder)), "utf-8")
    program = folder / "docker-entrypoint.sh"
    program.write_text(f"#!/bin/sh\n{entry_point}\n", "utf-8")
    program.chmod(0o755)
    return subprocess.run(
        ["sh", str(folder / "start.sh")],
        env={"PATH": f"{folder}:/usr/local/bin:/usr/bin:/bin", "REDISCLI_AUTH": password},
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_password_stays_out_of_arguments_and_configuration(defaults: Environment, tmp_path: Path) -> None:
    done = run_script(defaults, tmp_path, 'echo "$@"; cat', PASSWORD_WITH_EVERYTHING)
    arguments, user = done.stdout.splitlines()
    digest = hashlib.sha256(PASSWORD_WITH_EVERYTHING.encode()).hexdigest()
    assert arguments == f"redis-server - --include {tmp_path}/redis.conf"
    assert user.startswith(f"user default on #{digest} ~* &* +@all -acl ")


def test_empty_password_starts_nothing(defaults: Environment, tmp_path: Path) -> None:
    done = run_script(defaults, tmp_path, "echo started", "")
    assert done.returncode != 0
    assert "started" not in done.stdout
    assert "REDISCLI_AUTH: is empty" in done.stderr


def test_real_redis_takes_the_configuration(defaults: Environment, tmp_path: Path) -> None:
    if not (shutil.which("redis-server") and shutil.which("redis-cli")):
        pytest.skip("redis-server is not installed")
    socket = tmp_path / "redis.sock"
    background = f'"$@" --port 0 --unixsocket {socket} --daemonize yes --pidfile {tmp_path}/pid >{tmp_path}/log'
    done = run_script(defaults, tmp_path, background, PASSWORD_WITH_EVERYTHING)
    assert done.returncode == 0, (tmp_path / "log").read_text("utf-8")

    def ask(*words: str, password: str = PASSWORD_WITH_EVERYTHING) -> str:
        environ = {"PATH": "/usr/local/bin:/usr/bin:/bin"} | ({"REDISCLI_AUTH": password} if password else {})
        call = ["redis-cli", "-s", str(socket), *words]
        return subprocess.run(call, env=environ, capture_output=True, text=True, check=False, timeout=10).stdout.strip()

    deadline = time.monotonic() + 10
    while ask("ping") != "PONG" and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        assert ask("ping") == "PONG"
        assert ask("ping", password="").startswith("NOAUTH")
        memory = dict(line.split(":", 1) for line in ask("info", "memory").splitlines() if ":" in line)
        assert (memory["maxmemory"], memory["maxmemory_policy"]) == (str(384 * 2**20), "allkeys-lru")
        assert ask("incrbyfloat", "spent", "0.25") == "0.25"
        assert ask("eval", "return redis.call('get', KEYS[1])", "1", "spent") == "0.25"
        refused = {words[0]: ask(*words) for words in (("config", "get", "*"), ("flushall",), ("keys", "*"), ("save",))}
        assert {name for name, answer in refused.items() if not answer.startswith("NOPERM")} == set()
    finally:
        subprocess.run(["kill", (tmp_path / "pid").read_text("utf-8").strip()], check=True)
