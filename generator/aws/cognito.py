"""The Cognito user pool that people sign in to, with the client that the load balancer is."""

from __future__ import annotations

import re
from typing import Any

from generator.components.ingress_auth import SCOPE
from generator.components.openclaw_config import public_host, published
from generator.environment.model import Environment
from generator.tags import tag_map

from .resource import Att, Properties, Ref, Resource
from .stack import Output

POOL, CLIENT, DOMAIN = "UserPool", "UserPoolClient", "UserPoolDomain"
PASSWORD_LENGTH = 14
"""Characters at least, of all four kinds."""
REMEMBERED = 5
"""Former passwords that cannot be taken again; wants the tier ESSENTIALS, which costs nothing up to 10,000 people."""
INVITATION = 7
"""Days in which an invited person must sign in for the first time."""
TOKEN_MINUTES = 15
"""Life of a token. The load balancer then asks for a new one, and who was disabled meanwhile is out."""
SHORTEST_REFRESH = 60
"""Minutes; Cognito refuses less (API reference, CreateUserPoolClient)."""
PREFIX_LENGTH = 63
"""Characters of a domain prefix at most (API reference, CreateUserPoolDomain)."""


def resources(env: Environment) -> list[Resource]:
    """Nothing where the environment file names a pool: that one is somebody else's."""
    if not made_here(env):
        return []
    return [
        Resource(POOL, "AWS::Cognito::UserPool", pool(env), retain=True),
        Resource(CLIENT, "AWS::Cognito::UserPoolClient", client(env)),
        Resource(
            DOMAIN,
            "AWS::Cognito::UserPoolDomain",
            # Version 2 of the pages shows an error until somebody has given them a branding.
            {"UserPoolId": Ref(POOL), "Domain": domain_prefix(env), "ManagedLoginVersion": 1},
        ),
    ]


def outputs(env: Environment) -> list[Output]:
    if not made_here(env):
        return []
    return [
        Output("UserPoolArn", Att(POOL, "Arn"), "user pool that people sign in to"),
        Output("UserPoolClientId", Ref(CLIENT), "client of the pool that the load balancer is"),
        Output("UserPoolDomain", domain_prefix(env), "prefix of the sign-in page: what the load balancer wants"),
    ]


def made_here(env: Environment) -> bool:
    return "userPoolArn" in env.outputs


def pool(env: Environment) -> Properties:
    return {
        "UserPoolName": env.cluster.name,
        "UserPoolTier": "ESSENTIALS",
        "DeletionProtection": "ACTIVE",
        # Whoever has an account may spend on models: nobody makes himself one.
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": True},
        "UsernameAttributes": ["email"],
        "UsernameConfiguration": {"CaseSensitive": False},
        "AutoVerifiedAttributes": ["email"],
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "verified_email", "Priority": 1}]},
        "MfaConfiguration": "ON" if env.aws.mfa == "required" else "OPTIONAL",
        # By SMS it would cost money and could be taken over with the phone number.
        "EnabledMfas": ["SOFTWARE_TOKEN_MFA"],
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": PASSWORD_LENGTH,
                "RequireLowercase": True,
                "RequireUppercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "PasswordHistorySize": REMEMBERED,
                "TemporaryPasswordValidityDays": INVITATION,
            }
        },
        "UserPoolTags": tag_map(env),
    }


def client(env: Environment) -> Properties:
    minutes = -(-env.ingress.sign_in.session_timeout // 60)
    made: dict[str, Any] = {
        "UserPoolId": Ref(POOL),
        "ClientName": "load-balancer",
        "GenerateSecret": True,
        # Beside the sign-in page; none of them lets a password through.
        "ExplicitAuthFlows": ["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "SupportedIdentityProviders": ["COGNITO"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
        "AccessTokenValidity": TOKEN_MINUTES,
        "IdTokenValidity": TOKEN_MINUTES,
        # A shorter one would end sessions of the load balancer before their time.
        "RefreshTokenValidity": max(minutes, SHORTEST_REFRESH),
        "TokenValidityUnits": {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "minutes"},
    }
    callbacks = callback_urls(env)
    return made | oauth(callbacks) if callbacks else made


def oauth(callbacks: list[str]) -> dict[str, Any]:
    """Cognito refuses a grant by code that leads nowhere, so a client without gateways has none."""
    return {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": SCOPE.split(),
        "CallbackURLs": callbacks,
    }


def callback_urls(env: Environment) -> list[str]:
    """Where the load balancer takes people back, one for each gateway behind sign-in (ELB user guide)."""
    names = [name for name in published(env) if env.openclaw.gateways[name].auth == "sso"]
    return [f"https://{public_host(env, name)}/oauth2/idpresponse" for name in names]


def domain_prefix(env: Environment) -> str:
    """Prefix of <prefix>.auth.<region>.amazoncognito.com.

    All of AWS shares the names of a Region, so the account makes it ours; three words are refused in it (Cognito
    developer guide, domain prefix).
    """
    account = f"-{env.cluster.account}"
    name = re.sub(r"aws|amazon|cognito|[^a-z0-9]+", "-", env.cluster.name.lower())[: PREFIX_LENGTH - len(account)]
    return f"{name.strip('-')}{account}".lstrip("-")
