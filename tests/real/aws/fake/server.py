"""Runs with moto's own Python: an AWS account on loopback, with what an environment finds there before its stacks come.

    python -m tests.real.aws.fake.server PORT BEFORE.json TYPES.json

moto's CloudFormation knows fewer types than moto's services do, so kinds.py teaches it the others; TYPES.json
tells which are whose.  BEFORE.json lists the networks that environments name by id, which moto would choose itself.
"""

import ipaddress
import json
import os
import sys
from pathlib import Path
from typing import Any
from unittest import mock

from moto.cloudformation import models, parsing, responses  # type: ignore[import-not-found,unused-ignore]
from moto.cloudformation.exceptions import ValidationError  # type: ignore[import-not-found,unused-ignore]
from moto.core.responses import ActionResult  # type: ignore[import-not-found,unused-ignore]
from moto.ec2.models import ec2_backends  # type: ignore[import-not-found,unused-ignore]
from moto.iam.models import SERVICE_NAME_CONVERSION  # type: ignore[import-not-found,unused-ignore]
from moto.server import main  # type: ignore[import-not-found,unused-ignore]

from tests.real.aws.fake import kinds


def networks(account: str, before: list[dict[str, Any]]) -> None:
    """VPCs, subnets and route tables with the ids that the environment files give them."""
    for one in before:
        backend = ec2_backends[account][one["region"]]
        with mock.patch("moto.ec2.models.vpcs.random_vpc_id", return_value=one["vpcId"]):
            backend.create_vpc(one["cidr"])
        blocks = ipaddress.ip_network(one["cidr"]).subnets(new_prefix=20)
        for (subnet, zone), block in zip(one["subnets"].items(), blocks, strict=False):
            with mock.patch("moto.ec2.models.subnets.random_subnet_id", return_value=subnet):
                backend.create_subnet(one["vpcId"], str(block), availability_zone=zone)
        for table in one["routeTables"]:
            with mock.patch("moto.ec2.models.route_tables.random_route_table_id", return_value=table):
                backend.create_route_table(one["vpcId"])


def execute_change_set(self: Any, change_set_name: str, stack_name: str | None = None) -> None:
    """As create-stack and update-stack do it: moto's own neither imports nor exports values, nor renews outputs."""
    change_set = self.describe_change_set(change_set_name)
    try:
        carry_out(self, change_set)
    except Exception as problem:
        text = f"{type(problem).__name__}: {getattr(problem, 'message', problem)}"
        raise ValidationError(message=text) from problem


def carry_out(self: Any, change_set: Any) -> None:
    stack = self.stacks[change_set.stack_id]
    stack.cross_stack_resources = self.exports
    if change_set.change_set_type == "CREATE":
        stack.template = change_set.template
        stack._parse_template()
        stack.resource_map = stack._create_resource_map()
        stack.create_resources()
        stack.output_map = stack._create_output_map()
    else:
        stack.update(change_set.template)
    self.exports.update({export.name: export for export in stack.exports})
    change_set.execution_status = "EXECUTE_COMPLETE"


def update_termination_protection(self: Any) -> Any:
    """Which moto lacks."""
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


def delete_stack(self: Any, name_or_stack_id: str, moto: Any = models.CloudFormationBackend.delete_stack) -> None:
    if self.get_stack(name_or_stack_id).enable_termination_protection:
        raise ValidationError(
            message=f"Stack [{name_or_stack_id}] cannot be deleted while TerminationProtection is enabled"
        )
    moto(self, name_or_stack_id)


if __name__ == "__main__":
    port, before, types = sys.argv[1:]
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "s",
    }
    own = sorted(parsing.get_model_map())
    taught = list(kinds.teach())
    parsing.get_model_list.cache_clear()
    parsing.get_model_map.cache_clear()
    models.CloudFormationBackend.execute_change_set = execute_change_set
    models.CloudFormationBackend.delete_stack = delete_stack
    responses.CloudFormationResponse.update_termination_protection = update_termination_protection
    SERVICE_NAME_CONVERSION["spot"] = "EC2Spot"  # as AWS spells it
    networks(os.environ["MOTO_ACCOUNT_ID"], json.loads(Path(before).read_text()))
    Path(types).write_text(json.dumps({"own": own, "taught": list(kinds.TAUGHT), "formal": list(kinds.FORMAL)}))
    main(["--host", "127.0.0.1", "--port", port])
