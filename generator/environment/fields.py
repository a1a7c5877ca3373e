"""The types of an environment's values: each says what it accepts, in words for the error and as JSON Schema."""

import re
from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True)
class Match:
    """A string must match a pattern; `meaning` completes «expected ...», with an example.

    Classes such as `\\d` and `\\w` are those of ASCII, as JSON Schema has them.
    """

    pattern: str
    meaning: str
    maximum: int = 253

    def accepts(self, text: str) -> bool:
        return len(text) <= self.maximum and re.fullmatch(self.pattern, text, re.ASCII) is not None


@dataclass(frozen=True)
class Range:
    """A number must lie between two bounds, both included; `unit` completes the message."""

    minimum: float
    maximum: float
    unit: str = ""


@dataclass(frozen=True)
class Size:
    """A list or a map must hold at least so many entries."""

    minimum: int


_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_HOST = rf"{_LABEL}(\.{_LABEL})+"
_COMPONENT = r"[a-z0-9]+([._-]+[a-z0-9]+)*"
_OCTET = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_PORT = r"([1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])"
AUTHORITY = rf"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:{_PORT})?"
SEGMENT = r"[A-Za-z0-9._~:@%+,=-]+"
"""Of a URL's path: the characters of RFC 3986 in which nobody sees a variable, a template or the end of a word."""
NO_VARIABLE = r"(?!os\.environ/|env\.|vault\.)"
"""What LiteLLM and Bifrost take for the name of a variable of theirs, and replace by its value."""

AccountId = Annotated[str, Match(r"\d{12}", "a 12-digit AWS account id, e.g. '111122223333'")]
Ami = Annotated[str, Match(r"al2023@v20\d{6}", "a dated AL2023 release, e.g. al2023@v20260903")]
ApiEndpoint = Annotated[
    str,
    Match(
        r"[A-Za-z0-9]+(\.[a-z0-9-]+)+",
        "the host of the API endpoint without https://, e.g. ABC123.gr7.us-east-1.eks.amazonaws.com",
    ),
]
Arn = Annotated[str, Match(r"(?!.*\.\.)arn:aws[a-z-]*:[A-Za-z0-9:/_.+=,@-]+", "an ARN, e.g. arn:aws:acm:...", 2048)]
ChartVersion = Annotated[str, Match(r"\d+\.\d+\.\d+", "an exact chart version, e.g. 1.20.2")]
BucketName = Annotated[
    str, Match(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", "an S3 bucket name of lower-case letters, digits and -")
]
Cidr = Annotated[str, Match(rf"({_OCTET}\.){{3}}{_OCTET}/(3[0-2]|[12]?\d)", "an IPv4 CIDR, e.g. 10.0.0.0/20")]
ClusterName = Annotated[str, Match(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", "an EKS cluster name: letters, digits, - and _")]
Cron = Annotated[
    str,
    Match(
        r"(?!-)[A-Za-z0-9*/,?#-]+( [A-Za-z0-9*/,?#-]+){4}",
        "a cron expression of five fields, UTC, e.g. '0 8 * * mon-fri'",
    ),
]
Digest = Annotated[str, Match(r"sha256:[0-9a-f]{64}", "an image digest, sha256: and 64 hexadecimal digits")]
DnsLabel = Annotated[str, Match(_LABEL, "a DNS label: lower-case letters, digits and -, at most 63 characters", 63)]
ModelId = Annotated[
    str,
    Match(
        NO_VARIABLE + r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._:/@+-]*",
        "a provider's id of a model, e.g. zai.glm-4.7 or llama3:8b",
        2048,
    ),
]
Email = Annotated[str, Match(rf"[A-Za-z0-9_+][A-Za-z0-9._+-]*@{_HOST}", "an e-mail address, e.g. admin@example.com")]
GoDuration = Annotated[str, Match(r"([0-9]{1,6}(s|m|h))+", "a duration of hours, minutes, seconds, e.g. 5m or 720h")]
Host = Annotated[str, Match(_HOST, "a host name, e.g. agents.example.com")]
ServerHost = Annotated[
    str, Match(NO_VARIABLE + _HOST, "a host name that does not start with env., where Bifrost would read a variable")
]
HttpUrl = Annotated[str, Match(rf"https?://{AUTHORITY}(/{SEGMENT})*", "an http(s) URL without a final slash")]
KeyPrefix = Annotated[
    str,
    Match(
        r"[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*",
        "a prefix of S3 keys without / at its ends, e.g. openclaw",
    ),
]
ModelName = Annotated[
    str, Match(NO_VARIABLE + r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", "a model name: lower-case letters, digits, . and -", 63)
]
Period = Annotated[str, Match(r"[1-9][0-9]{0,6}(m|h|d)", "a period of minutes, hours or days, e.g. 30d")]
Quantity = Annotated[
    str, Match(r"[1-9][0-9]{0,8}(\.[0-9]{1,3})?(Ki|Mi|Gi|Ti)", "a size in binary units, e.g. 512Mi or 10Gi")
]
Cpu = Annotated[str, Match(r"[1-9][0-9]{0,6}m?", "CPU in cores or millicores, e.g. 500m or '2'")]
QueueName = Annotated[str, Match(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,79}", "the name of an SQS queue, not its URL")]
Region = Annotated[str, Match(r"[a-z]{2}(-[a-z]+)+-\d", "an AWS Region, e.g. us-east-1")]
RepoUrl = Annotated[
    str,
    Match(
        r"(https?|ssh|git)://[A-Za-z0-9][A-Za-z0-9._~:/@+%-]*"
        r"|file:///(?!.*\.\.)[A-Za-z0-9._~/+-]+"
        r"|[A-Za-z0-9][A-Za-z0-9._-]*@[A-Za-z0-9.-]+:[A-Za-z0-9._~/+-]+",
        "the URL of a Git repository, e.g. https://github.com/example/openclaw-eks.git",
    ),
]
Revision = Annotated[str, Match(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._/+-]*", "the name of a branch or a tag, e.g. main")]
RouteTable = Annotated[str, Match(r"rtb-[0-9a-f]+", "the id of a route table, e.g. rtb-0123456789abcdef0")]
Repository = Annotated[
    str, Match(rf"[a-z0-9][a-z0-9.-]*(:\d+)?(/{_COMPONENT})+|{_COMPONENT}", "an image repository without a tag")
]
RoleName = Annotated[str, Match(r"\w[\w+=,.@-]{0,63}", "an IAM role name (not an ARN)")]
SecretPath = Annotated[
    str,
    Match(
        r"[A-Za-z0-9_][A-Za-z0-9_+=.@-]*(/[A-Za-z0-9_][A-Za-z0-9_+=.@-]*)*",
        "a Secrets Manager prefix, e.g. openclaw/prod",
    ),
]
Subnet = Annotated[str, Match(r"subnet-[0-9a-f]+", "the id of a subnet, e.g. subnet-0123456789abcdef0")]
Tag = Annotated[str, Match(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", "an image tag", 128)]
Text = Annotated[str, Match(r"[^\x00-\x08\x0b-\x1f\x7f]+", "text without control characters", 4000)]
VariableValue = Annotated[
    str, Match(r"(?!.*\$\()[^\x00-\x1f\x7f]+", "one line of text without $(, which Kubernetes would replace", 1000)
]
VariableName = Annotated[str, Match(r"[A-Z_][A-Z0-9_]*", "an environment variable: capital letters, digits and _")]
Line = Annotated[str, Match(r"[^\x00-\x1f\x7f]+", "one line of text", 1000)]
TimeZone = Annotated[str, Match(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*", "an IANA time zone, e.g. Europe/Berlin")]
VpcId = Annotated[str, Match(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})", "a VPC id, e.g. vpc-0123456789abcdef0")]
Zone = Annotated[str, Match(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "an Availability Zone, e.g. us-east-1a")]

Seconds = Annotated[int, Range(1, 86_400, "seconds")]
Usd = Annotated[float, Range(0.01, 10_000_000, "USD")]
