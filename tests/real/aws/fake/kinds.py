"""Every type of ours that moto's CloudFormation lacks, and who makes it here.

boto3 refuses a call whose parameters are not of the API, so a property that is misspelt or of the wrong shape fails.
What moto has no service for (FORMAL) is held against the API in this way alone: nothing exists afterwards.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.validate import ParamValidator  # type: ignore[import-not-found,unused-ignore]

from tests.real.aws.fake import edge, state
from tests.real.aws.fake.model import Existing, Make, Place, Properties, model

TAUGHT: dict[str, Make] = {
    "AWS::Budgets::Budget": edge.budget,
    "AWS::CloudTrail::Trail": edge.trail,
    "AWS::Cognito::UserPool": edge.user_pool,
    "AWS::Cognito::UserPoolClient": edge.user_pool_client,
    "AWS::Cognito::UserPoolDomain": edge.user_pool_domain,
    "AWS::Config::ConfigRule": edge.config_rule,
    "AWS::EC2::VPCEndpoint": edge.endpoint,
    "AWS::IAM::Role": state.role,
    "AWS::KMS::Key": state.key,
    "AWS::S3::Bucket": state.bucket,
    "AWS::S3::BucketPolicy": state.bucket_policy,
    "AWS::SNS::Subscription": state.subscription,
    "AWS::SNS::TopicPolicy": state.topic_policy,
    "AWS::SQS::QueuePolicy": state.queue_policy,
    "AWS::SecretsManager::Secret": state.secret,
    "AWS::WAFv2::LoggingConfiguration": edge.web_acl_logging,
    "AWS::WAFv2::WebACL": edge.web_acl,
}


@dataclass(frozen=True)
class Formal:
    """A call of the API, never made."""

    service: str
    operation: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def make(self, here: Place, name: str, properties: Properties) -> Existing:
        """As EKS has it: keys in camel case that begins small, and tags as a mapping."""
        tags = {tag["Key"]: tag["Value"] for tag in properties.pop("Tags", [])}
        parameters = _small(properties) | ({"tags": tags} if tags else {})
        shape = here.client(self.service).meta.service_model.operation_model(self.operation).input_shape
        unknown = sorted(parameters.keys() - shape.members.keys())
        report = ParamValidator().validate(parameters, shape)
        if unknown or report.has_errors():
            raise ValueError(f"{self.service} {self.operation}: unknown {unknown}: {report.generate_report()}")
        made = uuid.uuid4().hex[:17]
        attributes = {name: value.format(id=made, arn=here.arn) for name, value in self.attributes.items()}
        return Existing(made, attributes=attributes)


def _small(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: _small(inner) for key, inner in value.items()}
    return [_small(inner) for inner in value] if isinstance(value, list) else value


FORMAL: dict[str, Formal] = {
    "AWS::EKS::AccessEntry": Formal("eks", "CreateAccessEntry"),
    "AWS::EKS::Addon": Formal("eks", "CreateAddon"),
    "AWS::EKS::PodIdentityAssociation": Formal("eks", "CreatePodIdentityAssociation", {"AssociationId": "a-{id}"}),
}


def teach() -> Iterator[type]:
    """A model of moto's for every type; they are known as long as the caller keeps them."""
    for name, make in TAUGHT.items():
        yield model(name, make)
    for name, formal in FORMAL.items():
        yield model(name, formal.make)
