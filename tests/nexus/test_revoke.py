"""Ending a sign-in: by token, by an admin, by a change of password; and telling the modules."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.conf import settings
from django.utils import timezone

from hm_auth.tokens import key_set, verify_logout
from nexus.accounts import operations as accounts
from nexus.api.authentication import BearerAuthentication
from nexus.modules.operations import change_module
from nexus.signins.models import Event, SignIn
from nexus.signins.operations import end_sign_ins
from tests.nexus.test_refresh import refresh
from tests.nexus.test_token import ask, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_key")]


@pytest.fixture
def listener(treasury):
    """A module that keeps the logout tokens it is sent."""
    got: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((self.path, parse_qs(body)["logout_token"][0]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    type(treasury).objects.update(url=f"http://127.0.0.1:{server.server_address[1]}")
    yield got
    server.shutdown()
    server.server_close()


def revoke(client, token):
    return ask(client, {"refresh": token}, path="/api/token/revoke/")


def test_revoking_ends_the_sign_in(client, tech):
    token = sign_in(client, "tech").json()["refresh"]
    assert revoke(client, token).status_code == 200
    assert refresh(client, token).json()["code"] == "invalid_refresh"
    assert Event.objects.filter(kind="sign_in_ended", user_id=tech.pk).count() == 1


def companies(client, token):
    headers = {"Authorization": f"Bearer {token}"}
    return client.get("/api/companies/", headers=headers).status_code


def test_a_module_that_is_switched_off_reads_nothing_with_the_tokens_it_has(client, tech, treasury):
    treasury.scopes = ["directory:read"]
    treasury.save()
    of_person = sign_in(client, "tech", module=treasury).json()["access"]
    answer = ask(client, {}, module=treasury, path="/api/token/service/")
    of_module = answer.json()["access"]
    assert [companies(client, token) for token in (of_person, of_module)] == [200, 200]
    change_module(module=treasury, is_active=False, by=None)
    assert [companies(client, token) for token in (of_person, of_module)] == [401, 401]


def test_a_scope_taken_away_is_gone_at_once(client, treasury):
    treasury.scopes = ["directory:read"]
    treasury.save()
    token = ask(client, {}, module=treasury, path="/api/token/service/").json()["access"]
    change_module(module=treasury, scopes=["users:read"], by=None)
    assert companies(client, token) == 403
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/users/", headers=headers).status_code == 403


def test_scripts_are_out_as_soon_as_the_setting_says_so(client, tech, settings):
    token = sign_in(client, "tech").json()["access"]
    assert companies(client, token) == 200
    settings.ALLOW_DIRECT_CLIENT = False
    assert companies(client, token) == 401


def test_a_token_costs_one_query(client, tech, treasury, django_assert_num_queries):
    treasury.scopes = ["directory:read"]
    treasury.save()
    of_person = sign_in(client, "tech", module=treasury).json()["access"]
    answer = ask(client, {}, module=treasury, path="/api/token/service/")
    for token in (of_person, answer.json()["access"]):
        with django_assert_num_queries(2):  # who asks; the companies
            assert companies(client, token) == 200


def test_switching_a_module_off_signs_everybody_out_there_and_nowhere_else(
    client, tech, treasury, archive, listener, django_capture_on_commit_callbacks
):
    archive.url = "http://127.0.0.1:9"
    archive.save()
    here = sign_in(client, "tech", module=treasury).json()["refresh"]
    there = sign_in(client, "tech", module=archive).json()["refresh"]
    ended = sign_in(client, "tech", module=treasury).json()["refresh"]
    revoke(client, ended)
    treasury.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        change_module(module=treasury, is_active=False, by=None)
    assert len(listener) == 1
    change_module(module=treasury, is_active=True, by=None)
    assert refresh(client, here, module=treasury).json()["code"] == "invalid_refresh"
    assert refresh(client, there, module=archive).status_code == 200


def test_a_module_switched_off_is_told_of_the_end_of_a_sign_in_too(
    client, tech, treasury, listener, django_capture_on_commit_callbacks
):
    sign_in(client, "tech", module=treasury)
    type(treasury).objects.update(is_active=False)
    with django_capture_on_commit_callbacks(execute=True):
        end_sign_ins(sign_ins=SignIn.objects.all())
    assert len(listener) == 1


def test_revoking_nonsense_or_twice_is_no_error(client, tech):
    token = sign_in(client, "tech").json()["refresh"]
    assert [revoke(client, t).status_code for t in ("nonsense", token, token)] == [200] * 3
    assert Event.objects.filter(kind="sign_in_ended").count() == 1


def test_revoking_leaves_other_sign_ins_alone(client, tech):
    one, two = (sign_in(client, "tech").json()["refresh"] for _ in range(2))
    revoke(client, one)
    assert refresh(client, two).status_code == 200


def test_the_module_is_told_which_sign_in_ended(
    client, tech, treasury, listener, django_capture_on_commit_callbacks
):
    token = sign_in(client, "tech", module=treasury).json()["refresh"]
    with django_capture_on_commit_callbacks(execute=True):
        revoke(client, token)
    [(path, logout_token)] = listener
    assert path == "/auth/backchannel-logout"
    keys = key_set(client.get("/.well-known/jwks.json").json())
    claims = verify_logout(
        logout_token, keys=keys, issuer=settings.PUBLIC_URL, client_id="treasury"
    )
    assert (claims.sub, claims.sid) == (tech.pk, SignIn.objects.get().pk)


def test_disabling_tells_every_module_of_every_sign_in(
    client, admin, tech, treasury, listener, django_capture_on_commit_callbacks
):
    for _ in range(3):
        sign_in(client, "tech", module=treasury)
    with django_capture_on_commit_callbacks(execute=True):
        accounts.disable(user=tech, by=admin)
    assert len(listener) == 3


def test_nothing_is_sent_when_the_change_does_not_happen(
    client, tech, treasury, listener, django_capture_on_commit_callbacks
):
    sign_in(client, "tech", module=treasury)
    with django_capture_on_commit_callbacks() as callbacks:
        pass
    assert callbacks == []
    assert listener == []


def test_a_module_that_is_down_does_not_keep_the_ending_from_happening(
    client, admin, tech, treasury, caplog, django_capture_on_commit_callbacks
):
    type(treasury).objects.update(url="http://127.0.0.1:9")
    token = sign_in(client, "tech", module=treasury).json()["refresh"]
    with django_capture_on_commit_callbacks(execute=True):
        accounts.sign_out_everywhere(user=tech, by=admin)
    assert "did not reach treasury" in caplog.text
    assert refresh(client, token, module=treasury).json()["code"] == "invalid_refresh"


def test_an_ended_access_token_is_refused_by_nexus_at_once(client, tech):
    access = sign_in(client, "tech").json()["access"]
    headers = {"Authorization": f"Bearer {access}"}
    assert client.get("/api/modules/", headers=headers).status_code == 200
    end_sign_ins(sign_ins=SignIn.objects.all())
    answer = client.get("/api/modules/", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_bearer_costs_one_query_and_has_the_level_and_company_of_now(
    client, rf, tech, acme, django_assert_num_queries
):
    access = sign_in(client, "tech").json()["access"]
    type(tech).objects.update(permission_level="client", company=acme)
    request = rf.get("/api/companies/", headers={"Authorization": f"Bearer {access}"})
    with django_assert_num_queries(1):
        user, auth = BearerAuthentication().authenticate(request)
        assert (user.permission_level, user.company) == ("client", acme)
    assert auth.claims.permission_level == "technician"


@pytest.mark.parametrize("column", ["is_active", "not_before"])
def test_a_user_changed_behind_our_back_is_refused_at_once(client, tech, column):
    access = sign_in(client, "tech").json()["access"]
    value = {"is_active": False, "not_before": timezone.now()}[column]
    type(tech).objects.update(**{column: value})
    answer = client.get("/api/modules/", headers={"Authorization": f"Bearer {access}"})
    assert answer.status_code == 401
