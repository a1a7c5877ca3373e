"""The user pool: nobody signs himself up, and whoever signs in comes back to a gateway and to nowhere else."""

from __future__ import annotations

import json
import re
from typing import Any, get_args

import pytest

from generator.aws import cognito
from generator.components import ingress
from generator.environment.callers import PoolDomain
from generator.environment.model import Environment
from generator.environment.outputs import OUTPUTS
from tests.conftest import assert_same

from .account import changed

PREFIX = "alb.ingress.kubernetes.io/"
HERE = frozenset(("userPoolArn", "userPoolClientId", "userPoolDomain"))
RESERVED = ("aws", "amazon", "cognito")
"""Words that Cognito refuses in a domain prefix."""


def properties(env: Environment) -> dict[str, Any]:
    return {one.name: one.properties for one in cognito.resources(env)}


def asking_cognito(env: Environment) -> list[dict[str, Any]]:
    """The Ingresses that send people to Cognito."""
    found = [obj for obj in ingress.objects(env) if obj["kind"] == "Ingress"]
    return [obj for obj in found if obj["metadata"]["annotations"].get(f"{PREFIX}auth-type") == "cognito"]


@pytest.fixture
def staging(environments: dict[str, Environment]) -> Environment:
    return environments["staging"]


def test_a_pool_is_made_only_where_the_environment_waits_for_its_outputs(environments: dict[str, Environment]) -> None:
    made = {name: bool(cognito.resources(env) and cognito.outputs(env)) for name, env in environments.items()}
    assert made == {"dev": False, "staging": True, "prod": False}
    somebody_elses = changed(environments["staging"], "outputs", frozenset())
    assert (cognito.resources(somebody_elses), cognito.outputs(somebody_elses)) == ([], [])


def test_it_yields_what_the_sign_in_of_the_environment_takes(staging: Environment) -> None:
    wanted = {one.name[0].upper() + one.name[1:] for one in OUTPUTS if one.path[:3] == ("ingress", "signIn", "cognito")}
    assert {one.name for one in cognito.outputs(staging)} == wanted


def test_people_come_back_to_every_gateway_that_sends_them_and_to_no_other(staging: Environment) -> None:
    hosts = [rule["host"] for obj in asking_cognito(staging) for rule in obj["spec"]["rules"]]
    assert len(hosts) > 1, "staging publishes several gateways"
    wanted = sorted(f"https://{host}/oauth2/idpresponse" for host in hosts)
    assert sorted(properties(staging)["UserPoolClient"]["CallbackURLs"]) == wanted


def test_the_client_may_ask_for_what_the_load_balancer_asks_for(staging: Environment) -> None:
    asked = {obj["metadata"]["annotations"][f"{PREFIX}auth-scope"] for obj in asking_cognito(staging)}
    assert {" ".join(properties(staging)["UserPoolClient"]["AllowedOAuthScopes"])} == asked


def test_the_client_has_a_secret_and_the_grant_by_code_alone(staging: Environment) -> None:
    client = properties(staging)["UserPoolClient"]
    wanted = {
        "GenerateSecret": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "SupportedIdentityProviders": ["COGNITO"],
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": True,
    }
    assert_same({key: client[key] for key in wanted}, wanted)
    assert not [flow for flow in client["ExplicitAuthFlows"] if "PASSWORD" in flow]


def test_without_a_gateway_behind_sign_in_the_client_has_no_grant(staging: Environment) -> None:
    client = properties(changed(staging, "ingress.enabled", False))["UserPoolClient"]
    assert not {key for key in client if "OAuth" in key or "URL" in key}


def test_nobody_signs_himself_up_and_the_pool_outlives_its_stack(staging: Environment) -> None:
    [pool] = [one for one in cognito.resources(staging) if one.name == "UserPool"]
    assert pool.properties["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert (pool.retain, pool.properties["DeletionProtection"]) == (True, "ACTIVE")


@pytest.mark.parametrize(("mfa", "expected"), [("required", "ON"), ("optional", "OPTIONAL")])
def test_the_second_factor_is_an_app(staging: Environment, mfa: str, expected: str) -> None:
    pool = properties(changed(staging, "aws.mfa", mfa))["UserPool"]
    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == (expected, ["SOFTWARE_TOKEN_MFA"])


def test_a_forgotten_password_is_replaced_by_verified_email_alone(staging: Environment) -> None:
    [way] = properties(staging)["UserPool"]["AccountRecoverySetting"]["RecoveryMechanisms"]
    assert way["Name"] == "verified_email"


def test_passwords_are_long_and_of_every_kind(staging: Environment) -> None:
    policy = properties(staging)["UserPool"]["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 14
    assert [policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols")] == [True] * 4


@pytest.mark.parametrize(("session", "minutes"), [(28_800, 480), (28_801, 481), (604_800, 10_080), (60, 60)])
def test_the_refresh_token_lives_as_long_as_the_session(staging: Environment, session: int, minutes: int) -> None:
    client = properties(changed(staging, "ingress.sign_in.session_timeout", session))["UserPoolClient"]
    assert client["TokenValidityUnits"]["RefreshToken"] == "minutes"
    assert client["RefreshTokenValidity"] == minutes
    assert client["AccessTokenValidity"] < client["RefreshTokenValidity"]


@pytest.mark.parametrize(
    ("cluster", "prefix"),
    [
        ("openclaw-staging", "openclaw-staging-111122223333"),
        ("Team_A", "team-a-111122223333"),
        ("eks-aws-cognito", "eks-111122223333"),
        ("amazon", "111122223333"),
        ("a" * 49 + "-b", "a" * 49 + "-111122223333"),
    ],
)
def test_the_domain_prefix_is_the_clusters_and_the_accounts(staging: Environment, cluster: str, prefix: str) -> None:
    env = changed(staging, "cluster.name", cluster)
    assert cognito.domain_prefix(env) == prefix
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", prefix)
    assert not [word for word in RESERVED if word in prefix]
    assert get_args(PoolDomain)[1].accepts(prefix), "the environment file takes it back"
    assert properties(env)["UserPoolDomain"]["Domain"] == prefix
    assert {one.name: one.value for one in cognito.outputs(env)}["UserPoolDomain"] == prefix


def test_what_the_load_balancer_is_told_of_the_pool_has_the_shape_of_what_is_made(staging: Environment) -> None:
    told = {obj["metadata"]["annotations"][f"{PREFIX}auth-idp-cognito"] for obj in asking_cognito(staging)}
    [keys] = [json.loads(one).keys() for one in told]
    assert sorted(keys) == ["userPoolARN", "userPoolClientID", "userPoolDomain"]
