"""cfn-lint, with AWS' own schemas of the resource types, finds nothing in the rendered templates."""

import json
import subprocess
from collections.abc import Callable, Mapping

import pytest

from generator.aws.files import FOLDER
from generator.environment.model import Environment
from tests.real import manifests
from tests.real.aws.templates import NAMES, resources
from tools.programs import Program

pytestmark = [pytest.mark.program("cfn-lint", name) for name in NAMES]


def test_no_template_has_an_error_or_a_warning(
    programs: Callable[[str], Program], known: Mapping[str, Environment], figure: Callable[[str], None]
) -> None:
    """In one run, and so for the Regions of all environments: a template that only one Region takes is no loss."""
    files = sorted(manifests.RENDERED.glob(f"*/{FOLDER}/*.yaml"))
    regions = sorted({env.cluster.region for env in known.values()})
    argv = [*programs("cfn-lint").argv, "--format", "json", "--regions", *regions, "--template", *map(str, files)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    found = [
        f"{one['Filename']}:{one['Location']['Start']['LineNumber']}: {one['Rule']['Id']} {one['Message']}"
        for one in json.loads(done.stdout or "[]")
    ]
    assert found == [], "\n" + "\n".join(found)
    assert done.returncode == 0, done.stderr
    counted = sum(len(list(resources(name))) for name in NAMES)
    assert {path.relative_to(manifests.RENDERED).parts[0] for path in files} == set(NAMES)
    figure(
        f"cfn-lint: {len(files)} templates with {counted} resources, no errors, no warnings, in {', '.join(regions)}"
    )
