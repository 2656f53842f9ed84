"""POST /api/token/: who gets tokens, what is in them, and who is refused."""

from __future__ import annotations

import base64
import json

import jwt
import pytest
from django.conf import settings

from hm_auth.tokens import Claims, key_set, verify_access
from nexus.accounts import operations as accounts
from nexus.signins.models import Event, RefreshChain, SignIn
from tests.nexus.conftest import PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("signing_key")]


def basic(module) -> dict[str, str]:
    pair = f"{module.client_id}:{module.secret}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def ask(client, body, *, module=None, path="/api/token/", **extra):
    headers = {**(basic(module) if module else {}), **extra.pop("headers", {})}
    return client.post(path, json.dumps(body), "application/json", headers=headers, **extra)


def sign_in(client, username, password=PASSWORD, **extra):
    return ask(client, {"username": username, "password": password}, **extra)


def claims_of(client, access) -> Claims:
    keys = key_set(client.get("/.well-known/jwks.json").json())
    return verify_access(access, keys=keys, issuer=settings.PUBLIC_URL)


def test_a_technician_signs_in_through_a_module(client, tech, treasury):
    answer = sign_in(client, "TECH", module=treasury)
    assert answer.status_code == 200, answer.content
    claims = claims_of(client, answer.json()["access"])
    assert claims.sub == tech.pk
    assert claims.username == "tech"
    assert claims.permission_level == "technician"
    assert claims.company is None
    assert claims.client_id == "treasury"
    assert claims.exp - claims.iat == answer.json()["expires_in"] == settings.ACCESS_TOKEN_SECONDS
    assert answer["Cache-Control"] == "no-store"


def test_a_clients_token_names_the_company(client, acme_user, acme):
    claims = claims_of(client, sign_in(client, "acme").json()["access"])
    assert claims.company == acme.pk
    assert claims.client_id == "direct"


def test_the_header_names_the_key_and_the_type(client, tech):
    header = jwt.get_unverified_header(sign_in(client, "tech").json()["access"])
    assert header["alg"] == "ES256"
    assert header["typ"] == "at+jwt"
    assert header["kid"] in [k["kid"] for k in client.get("/.well-known/jwks.json").json()["keys"]]


def test_it_works_without_the_slash(client, tech):
    body = {"username": "tech", "password": PASSWORD}
    assert ask(client, body, path="/api/token").status_code == 200


def test_unknown_user_wrong_password_and_disabled_account_answer_the_same(client, tech, billing):
    accounts.disable(user=billing, by=tech)
    answers = [
        sign_in(client, "nobody"),
        sign_in(client, "tech", "wrong"),
        sign_in(client, "billing"),
    ]
    bodies = []
    for answer in answers:
        assert answer.status_code == 401
        bodies.append({k: v for k, v in answer.json().items() if k != "request_id"})
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["code"] == "invalid_credentials"
    assert not SignIn.objects.exists()


def test_a_client_of_an_archived_company_is_refused(client, acme_user, acme):
    type(acme).objects.filter(pk=acme.pk).update(archived_at="2026-01-01T00:00Z")
    assert sign_in(client, "acme").json()["code"] == "invalid_credentials"


def test_a_module_not_for_this_level_is_refused(client, acme_user, treasury):
    treasury.levels = ["admin", "billing"]
    treasury.save()
    answer = sign_in(client, "acme", module=treasury)
    assert (answer.status_code, answer.json()["code"]) == (403, "module_not_allowed")
    assert not SignIn.objects.exists()
    assert Event.objects.latest("id").kind == "sign_in_refused"


def test_an_inactive_module_is_refused(client, tech, treasury):
    treasury.is_active = False
    treasury.save()
    assert sign_in(client, "tech", module=treasury).json()["code"] == "invalid_client"


def test_a_wrong_module_secret_is_refused_and_challenged(client, tech, treasury):
    treasury.secret = "wrong"
    answer = sign_in(client, "tech", module=treasury)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize(
    "header", ["Basic", "Basic ???", "Basic eA==", "Basic /////w==", "basic  AAA="]
)
def test_a_malformed_authorization_header_is_refused(client, tech, header):
    answer = sign_in(client, "tech", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")


def test_direct_sign_in_can_be_switched_off(client, tech, treasury, settings):
    settings.ALLOW_DIRECT_CLIENT = False
    for password in (PASSWORD, "wrong"):
        assert sign_in(client, "tech", password).json()["code"] == "direct_client_off"
    assert not Event.objects.filter(kind="sign_in_refused").exists()
    assert sign_in(client, "tech", module=treasury).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "tech"},
        {"username": "tech", "password": PASSWORD, "code": "x"},
        {"username": "te\x00ch", "password": PASSWORD},
        {"username": "tech", "password": "a\x00b"},
        {"username": "tech", "password": "\ud800"},
        {"username": "x" * 151, "password": PASSWORD},
        {"username": "tech", "password": "x" * 100_000},
        {"username": ["tech"], "password": PASSWORD},
        {"username": "tech", "password": PASSWORD, "end_user_ip": "not an address"},
        {"username": "tech", "password": PASSWORD, "end_user_ip": "1.2.3.4\x00"},
        {"code": "c\x00d"},
        [],
        "text",
    ],
)
def test_malformed_requests_are_told_so(client, tech, body):
    answer = ask(client, body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["code"] in {"invalid", "parse_error"}


def test_the_modules_word_about_the_end_user_is_kept(client, tech, treasury):
    body = {
        "username": "tech",
        "password": PASSWORD,
        "end_user_ip": "2001:db8::7",
        "end_user_agent": "Firefox" + "x" * 500,
    }
    assert ask(client, body, module=treasury).status_code == 200
    row = SignIn.objects.get()
    assert row.ip_address == "2001:db8::7"
    assert row.user_agent.startswith("Firefox")


def test_a_strangers_word_about_the_address_is_not_believed(client, tech):
    body = {"username": "tech", "password": PASSWORD, "end_user_ip": "203.0.113.9"}
    ask(client, body, REMOTE_ADDR="198.51.100.1", headers={"User-Agent": "curl/8"})
    row = SignIn.objects.get()
    assert (row.ip_address, row.user_agent) == ("198.51.100.1", "curl/8")


def test_a_sign_in_and_a_refusal_are_on_record(client, tech, treasury):
    sign_in(client, "tech", "wrong", module=treasury)
    sign_in(client, "tech", module=treasury)
    refused, done = Event.objects.exclude(kind="key_announced").order_by("id")
    assert (refused.kind, refused.detail["reason"]) == ("sign_in_refused", "wrong password")
    assert (done.kind, done.user_id, done.client_id) == ("sign_in", tech.pk, "treasury")


def test_a_module_gets_a_token_of_its_own_with_its_scopes(client, treasury):
    treasury.scopes = ["directory:read"]
    treasury.save()
    answer = client.post("/api/token/service/", headers=basic(treasury))
    claims = claims_of(client, answer.json()["access"])
    assert claims.sub == claims.client_id == "treasury"
    assert claims.scopes == {"directory:read"}


def test_nobody_gets_a_service_token_without_credentials(client, db):
    answer = client.post("/api/token/service/")
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_client")


def test_a_password_sign_in_needs_few_queries(client, tech, treasury, django_assert_num_queries):
    sign_in(client, "tech", module=treasury)
    # module, user, count, SAVEPOINT, take back, lock user, sign-in, event, chain, RELEASE
    with django_assert_num_queries(10):
        assert sign_in(client, "tech", module=treasury).status_code == 200
    assert RefreshChain.objects.count() == 2


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_it_rejects_other_methods(client, db, method):
    assert getattr(client, method)("/api/token/").status_code == 405
