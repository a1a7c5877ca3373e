"""Who may come in through the load balancer: people by signing in, programs by a signed token."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from .fields import AUTHORITY, SEGMENT, Line, Match, Range, Size
from .problem import Flaw

if TYPE_CHECKING:
    from .model import Environment

HttpsUrl = Annotated[
    str, Match(rf"https://{AUTHORITY}(/{SEGMENT})*/?", "an https URL, e.g. https://id.example.com", 2048)
]
UserPool = Annotated[
    str,
    Match(r"arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+_\w+", "the ARN of a Cognito user pool", 256),
]
PoolDomain = Annotated[
    str,
    Match(
        r"(?!.*\.amazoncognito\.com)[a-z0-9]([a-z0-9.-]*[a-z0-9])?",
        "the prefix of a Cognito domain, without .auth.<region>.amazoncognito.com, or a domain of your own",
    ),
]
ClientId = Annotated[str, Match(r"[\w+]+", "the id of an app client, of letters and digits", 128)]
ClaimName = Annotated[str, Match(r"(?!.*\.\.)\w[\w:/.-]*", "the name of a claim, e.g. scope", 256)]


@dataclass(frozen=True)
class Cognito:
    """A Cognito user pool with an app client that has a secret and the code grant."""

    user_pool_arn: UserPool
    """Its ARN."""
    client_id: ClientId
    """Id of the app client; its callback URLs are https://<gateway>.<domain>/oauth2/idpresponse."""
    domain: PoolDomain
    """Prefix of the pool's domain, or a domain of your own."""


@dataclass(frozen=True)
class Oidc:
    """Any OpenID Connect provider; client-id and client-secret are in the Secrets Manager entry `ingress`."""

    issuer: HttpsUrl
    """As the provider's discovery document says it, to the letter."""
    authorization_endpoint: HttpsUrl
    """Where browsers are sent."""
    token_endpoint: HttpsUrl
    """The load balancer calls it: it must be reachable from the load balancer's subnets."""
    user_info_endpoint: HttpsUrl
    """Likewise."""


@dataclass(frozen=True)
class SignIn:
    """How people sign in: at Cognito, or at another OpenID Connect provider. Needed by gateways with `auth: sso`."""

    session_timeout: Annotated[int, Range(60, 604_800, "seconds")]
    """After it they sign in again. Who is removed from the provider stays in for as long."""
    cognito: Cognito | None = None
    oidc: Oidc | None = None

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if self.cognito and self.oidc:
            yield Flaw(("oidc",), "people sign in at one place", "keep cognito or oidc", also=(("ingress", "signIn"),))
        sso = next((name for name, one in env.openclaw.gateways.items() if one.auth == "sso"), "")
        if sso and not (self.cognito or self.oidc):
            yield Flaw(
                (),
                f"gateway {sso} has auth: sso, but people have no place to sign in",
                "add cognito: or oidc:",
                also=(("openclaw", "gateways", sso, "auth"), ("ingress", "enabled")),
            )


@dataclass(frozen=True)
class Claim:
    """What a token must say besides its issuer, so that one for another service does not open the gateway."""

    name: ClaimName
    """E.g. `scope`, `aud` or `client_id`; access tokens of Cognito carry no `aud`."""
    format: Literal["single-string", "string-array", "space-separated-values"]
    """How the token writes it; `scope` is space-separated-values."""
    values: Annotated[tuple[Line, ...], Size(1)]
    """What the load balancer looks for in it; ten at most."""


@dataclass(frozen=True)
class MachineClients:
    """Programs, which follow no sign-in page: each request carries a JSON Web Token that the load balancer checks.

    Needed by gateways with `auth: jwt`. Tokens are signed with RS256; the key set holds ten keys at most.
    """

    issuer: HttpsUrl
    """The `iss` of the tokens, to the letter."""
    jwks_url: HttpsUrl
    """Where the issuer publishes its keys, reachable from the Internet."""
    claims: Annotated[tuple[Claim, ...], Size(1)]
    """Ten at most; `iss` and `exp` are checked in any case."""

    def check(self, env: "Environment") -> Iterator[Flaw]:
        if len(self.claims) > 10:
            yield Flaw(("claims",), f"{len(self.claims)} claims, but the load balancer checks ten", "keep ten or fewer")
        for index, claim in enumerate(self.claims):
            if len(claim.values) > 10:
                message = f"{len(claim.values)} values, but the load balancer compares ten"
                yield Flaw(("claims", index, "values"), message, "keep ten or fewer")
