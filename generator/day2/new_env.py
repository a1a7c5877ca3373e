"""The file of a new environment: what nobody else can know is asked for, the rest follows from its purpose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from generator.environment.load import DEFAULTS, require_label
from generator.environment.model import Environment

from .edit import written
from .files import loaded


@dataclass(frozen=True)
class Purpose:
    """How large an environment begins; every figure is a first guess that its file shows."""

    said: str
    cpu: int
    memory: str
    storage: str
    budget: int
    """USD in 30 days, for all models of Bedrock."""
    minimum: int
    maximum: int
    """Pods of the LLM gateway."""
    collectors: int
    sampled: float
    ceiling: int
    """USD a month: budget and nodes for the fewest pods, and about half as much for what comes on top."""
    enforcement: str = ""


PURPOSES = {
    "dev": Purpose("for trying things out, small and quick to break.", 8, "32Gi", "5Gi", 50, 1, 1, 1, 1, 500, "audit"),
    "staging": Purpose("what goes to production is tried here first.", 24, "96Gi", "10Gi", 200, 2, 4, 2, 0.5, 1200),
    "prod": Purpose("people rely on it.", 64, "256Gi", "50Gi", 1000, 3, 6, 3, 0.1, 3000),
}


@dataclass(frozen=True)
class Answers:
    """What has to be asked."""

    name: str
    cluster: str
    account: str
    region: str
    zones: Sequence[str]
    vpc_cidr: str
    purpose: str = "dev"
    cni: str = "vpc-cni"
    engine: str = "litellm"
    vpc_id: str = ""
    domain: str = ""
    """Parent domain of the gateways; empty: there is no load balancer."""
    alb_subnets: Sequence[str] = ()


class Refused(Exception):
    """There is such an environment, or there cannot be one of this name."""


def make(folder: Path, answers: Answers) -> tuple[str, Environment]:
    """The text of environments/<name>.yaml, loaded; raises Refused and EnvironmentInvalid, and writes nothing."""
    require_free(folder, answers.name)
    text = file_text(answers)
    return text, loaded(folder, {answers.name: text})[answers.name]


def require_free(folder: Path, name: str) -> None:
    """Raises Refused or EnvironmentInvalid where an environment cannot be called so."""
    require_label(folder, name)
    if name == DEFAULTS:
        raise Refused(f"«{name}» cannot be the name of an environment")
    if (folder / f"{name}.yaml").exists():
        raise Refused(f"environments/{name}.yaml is there already")


def file_text(answers: Answers) -> str:
    """The file, commented."""
    import jinja2

    # Cilium takes the place of the CNI that Auto Mode has built in.
    auto_mode = answers.purpose == "dev" and answers.cni == "vpc-cni"
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["yaml"] = lambda value: written(value).text
    template = environment.from_string(Path(__file__).with_name("environment.yaml.j2").read_text("utf-8"))
    return template.render(asdict(answers) | {"purpose": PURPOSES[answers.purpose], "auto_mode": auto_mode})
