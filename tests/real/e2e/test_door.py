"""Who gets from the load balancer into a gateway, and who does not: the rendered rules before the real OpenClaw."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.real import addresses, stack
from tests.real.accept.bench import bench, running
from tests.real.e2e.door import ELSEWHERE, GOOD_TOKEN, Door, ask, forwarded, host_of, signed_in
from tests.real.e2e.websocket import connect

PEOPLE = [("staging", "openclaw-main"), ("prod", "openclaw-main")]
PROGRAMS = [("prod", "openclaw-pipelines")]
MODELS = "/v1/models"
"""Answered without a model, to whoever may ask one."""
PERSON = "99999999-2222-4333-8444-555555555555"
EVERYTHING = ["operator.read", "operator.write", "operator.admin"]


@dataclass(frozen=True)
class Gateway:
    """A running gateway behind the load balancer."""

    environment: str
    component: str
    port: int

    @property
    def door(self) -> Door:
        return Door(self.environment, self.port)

    @property
    def host(self) -> str:
        return host_of(self.environment, self.component)

    @property
    def origin(self) -> dict[str, str]:
        """What a browser says of the page that opens the WebSocket."""
        return {"Origin": f"https://{self.host}"}

    @property
    def admins(self) -> list[str]:
        auth = addresses.openclaw(self.environment, self.component)["gateway"]["auth"]
        return list(auth.get("identityScopes", {}))


@pytest.fixture(scope="module")
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """Started once for all tests of it."""
    environment, component = request.param
    with bench(environment, tmp_path_factory.mktemp("door")) as here:
        here.gateway = component
        with running(stack._openclaw(here)):
            yield Gateway(environment, component, here.ports[f"{component}/http"])


def _each(found: list[tuple[str, str]]) -> pytest.MarkDecorator:
    params = [
        pytest.param(one, marks=pytest.mark.program("openclaw", one[0]), id="-".join((one[0], one[1]))) for one in found
    ]
    return pytest.mark.parametrize("gateway", params, indirect=True)


@_each(PEOPLE)
class TestPeople:
    """Gateways with `auth: sso`."""

    def test_who_is_signed_in_reaches_the_control_ui_and_the_api(self, gateway: Gateway) -> None:
        assert "<!doctype html>" in gateway.door.get(gateway.host, "/", session=PERSON).body
        answer = gateway.door.get(gateway.host, MODELS, session=PERSON)
        assert (answer.status, answer.forwarded) == (200, True)

    def test_who_is_not_is_sent_to_sign_in_whatever_headers_he_brings(self, gateway: Gateway) -> None:
        for path in ("/", MODELS, "/healthz", "/health/", "/oauth2"):
            answer = gateway.door.get(gateway.host, path, headers=signed_in(PERSON))
            assert (answer.status, answer.forwarded) == (302, False), path

    def test_a_websocket_opens_for_who_is_signed_in(self, gateway: Gateway) -> None:
        found = gateway.door.websocket(gateway.host, "/", EVERYTHING, session=PERSON, headers=gateway.origin)
        assert found.ok
        assert "operator.admin" not in found.scopes

    def test_an_administrator_is_one_by_his_name(self, gateway: Gateway) -> None:
        for admin in gateway.admins:
            found = gateway.door.websocket(gateway.host, "/", EVERYTHING, session=admin, headers=gateway.origin)
            assert "operator.admin" in found.scopes

    def test_a_page_of_another_origin_opens_no_websocket_in_his_name(self, gateway: Gateway) -> None:
        evil = {"Origin": "https://evil.example.com"}
        found = gateway.door.websocket(gateway.host, "/", EVERYTHING, session=PERSON, headers=evil)
        assert (found.ok, found.code) == (False, "CONTROL_UI_ORIGIN_NOT_ALLOWED")

    def test_health_is_the_load_balancers_own(self, gateway: Gateway) -> None:
        answer = gateway.door.get(gateway.host, "/health")
        assert (answer.status, answer.forwarded) == (200, False)

    def test_a_gateway_takes_an_upgrade_on_its_probe_and_believes_the_headers(self, gateway: Gateway) -> None:
        """Why no rule may forward /health, or anything, unchecked."""
        forged = signed_in(PERSON) | forwarded() | gateway.origin | {"Host": gateway.host}
        assert connect(gateway.port, "/health", forged, scopes=EVERYTHING, source="127.0.0.1").ok

    def test_who_comes_another_way_is_refused_with_the_same_headers(self, gateway: Gateway) -> None:
        """A pod of the cluster, say: it is not in the load balancer's subnets."""
        forged = signed_in(PERSON) | {"Host": gateway.host}
        assert ask(gateway.port, MODELS, forged | forwarded(), ELSEWHERE).status == 403
        assert ask(gateway.port, MODELS, forged, ELSEWHERE).status == 401
        upgrade = forged | forwarded() | gateway.origin
        assert connect(gateway.port, "/", upgrade, scopes=EVERYTHING, source=ELSEWHERE).status == 403

    @pytest.mark.parametrize("missing", ["x-amzn-oidc-identity", "x-amzn-oidc-data", "X-Forwarded-Proto"])
    def test_a_header_that_the_load_balancer_always_sets_is_missed(self, gateway: Gateway, missing: str) -> None:
        sent = signed_in(PERSON) | forwarded() | {"Host": gateway.host}
        del sent[missing]
        assert ask(gateway.port, MODELS, sent, "127.0.0.1").status == 401

    def test_the_health_check_needs_no_header(self, gateway: Gateway) -> None:
        """Elastic Load Balancing sends none of its headers with it."""
        assert ask(gateway.port, "/healthz", {}, "127.0.0.1").status == 200


@_each(PROGRAMS)
class TestPrograms:
    """Gateways with `auth: jwt`."""

    def test_a_good_token_reaches_the_api(self, gateway: Gateway) -> None:
        answer = gateway.door.get(gateway.host, MODELS, headers={"Authorization": f"Bearer {GOOD_TOKEN}"})
        assert (answer.status, answer.forwarded) == (200, True)

    def test_no_token_and_a_bad_one_stop_at_the_load_balancer(self, gateway: Gateway) -> None:
        for headers in ({}, {"Authorization": "Bearer bad"}, signed_in(PERSON)):
            answer = gateway.door.get(gateway.host, MODELS, headers=headers)
            assert (answer.status, answer.forwarded) == (401, False)

    def test_a_good_token_reaches_nothing_else(self, gateway: Gateway) -> None:
        for path in ("/", "/v1x", "/tools/invoke", "/__openclaw__/worker"):
            answer = gateway.door.get(gateway.host, path, headers={"Authorization": f"Bearer {GOOD_TOKEN}"})
            assert (answer.status, answer.forwarded) == (404, False), path

    def test_who_comes_another_way_is_refused_with_the_same_headers(self, gateway: Gateway) -> None:
        sent = {"Authorization": f"Bearer {GOOD_TOKEN}", "Host": gateway.host} | forwarded()
        assert ask(gateway.port, MODELS, sent, ELSEWHERE).status == 403

    def test_another_host_and_a_request_without_a_token_are_refused(self, gateway: Gateway) -> None:
        sent = {"Authorization": f"Bearer {GOOD_TOKEN}", "Host": gateway.host} | forwarded()
        assert ask(gateway.port, MODELS, sent, "127.0.0.1").status == 200
        assert ask(gateway.port, MODELS, sent | {"Host": "main.agents.example.com"}, "127.0.0.1").status == 401
        del sent["Authorization"]
        assert ask(gateway.port, MODELS, sent, "127.0.0.1").status == 401
