"""Calling a module's API with a token: what is accepted, and the many things that are not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.contrib.auth.models import AnonymousUser

from hm_auth.access import may
from hm_auth.models import User
from hm_auth.rest.authentication import ServiceUser
from tests.hm_auth.conftest import forget_nexus
from tests.hm_auth.fake_nexus import FakeNexus, Key


def call(browser, token: str, path: str = "/api/me"):
    return browser.get(path, headers={"Authorization": f"Bearer {token}"})


def test_a_good_token_is_answered_with_its_claims(nexus, db, browser):
    company = nexus.people["acme"]["company"]
    answer = call(browser, nexus.access("acme"))
    assert answer.status_code == 200
    assert answer.json()["permission_level"] == "client"
    assert answer.json()["company"] == company
    assert call(browser, nexus.access("acme"), "/api/me/").status_code == 200
    assert User.objects.get().display_name == "Anna of Acme"


def test_checking_tokens_asks_nexus_for_keys_once_and_the_database_nothing(
    nexus, db, browser, django_assert_num_queries
):
    call(browser, nexus.access("tech"))
    with django_assert_num_queries(0):
        for _ in range(3):
            assert call(browser, nexus.access("tech")).status_code == 200
    assert nexus.asked == {"/.well-known/jwks.json": 1}


def test_the_person_of_a_session_is_answered_too(sign_in):
    assert sign_in("billing").get("/api/me").json()["username"] == "billing"


def test_without_any_token_the_answer_is_401_with_a_challenge(nexus, db, browser):
    answer = browser.get("/api/me")
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_module_acting_for_itself_is_nobody_in_particular(nexus, db, browser):
    assert call(browser, nexus.service_token()).status_code == 403
    assert not User.objects.exists()


def segment(value: Any) -> str:
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_header(nexus: FakeNexus, **header: Any) -> str:
    """A token whose header says more than ours does, correctly signed by Nexus's key."""
    headers = {"kid": nexus.key.kid, "typ": "at+jwt", **header}
    return jwt.encode(nexus.claims("tech"), nexus.key.private, "ES256", headers=headers)


def unsigned(nexus: FakeNexus, alg: str, **header: Any) -> str:
    head = segment({"alg": alg, "typ": "at+jwt", "kid": nexus.key.kid, **header})
    return f"{head}.{segment(nexus.claims('tech'))}."


def hs256_with_the_public_key(nexus: FakeNexus) -> str:
    public = nexus.key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    body = unsigned(nexus, "HS256").rstrip(".")
    return f"{body}.{segment(hmac.new(public, body.encode(), hashlib.sha256).digest())}"


def rs256(nexus: FakeNexus) -> str:
    key = rsa.generate_private_key(65537, 2048)
    headers = {"kid": nexus.key.kid, "typ": "at+jwt"}
    return jwt.encode(nexus.claims("tech"), key, "RS256", headers=headers)


def es384(nexus: FakeNexus) -> str:
    key = ec.generate_private_key(ec.SECP384R1())
    headers = {"kid": nexus.key.kid, "typ": "at+jwt"}
    return jwt.encode(nexus.claims("tech"), key, "ES384", headers=headers)


def own_key_in_the_header(nexus: FakeNexus) -> str:
    mine = Key(nexus.key.kid)
    headers = {"kid": mine.kid, "typ": "at+jwt", "jwk": mine.jwk}
    return jwt.encode(nexus.claims("tech"), mine.private, "ES256", headers=headers)


def own_key_somewhere(nexus: FakeNexus, parameter: str) -> str:
    mine = Key("mine")
    headers = {"kid": "mine", "typ": "at+jwt", parameter: "http://evil.test/keys"}
    return jwt.encode(nexus.claims("tech"), mine.private, "ES256", headers=headers)


def changed_after_signing(nexus: FakeNexus) -> str:
    head, _, signature = nexus.access("tech").split(".")
    return f"{head}.{segment(nexus.claims('admin'))}.{signature}"


def claims_that_are_not_an_object(nexus: FakeNexus) -> str:
    head = segment({"alg": "ES256", "typ": "at+jwt", "kid": nexus.key.kid})
    body = f"{head}.{segment([1])}"
    algorithm = jwt.algorithms.ECAlgorithm(jwt.algorithms.ECAlgorithm.SHA256)
    return f"{body}.{segment(algorithm.sign(body.encode(), nexus.key.private))}"


FORGERIES: dict[str, Callable[[FakeNexus], str]] = {
    "alg none": lambda nexus: unsigned(nexus, "none"),
    "alg None": lambda nexus: unsigned(nexus, "None"),
    "no signature": lambda nexus: unsigned(nexus, "ES256"),
    "a signature of zeros": lambda nexus: unsigned(nexus, "ES256") + segment(bytes(64)),
    "alg is a list": lambda nexus: unsigned(nexus, ["ES256"]),  # type: ignore[arg-type]
    "HS256 with the public key": hs256_with_the_public_key,
    "RS256": rs256,
    "ES384": es384,
    "another key, our kid": lambda nexus: nexus.sign(nexus.claims("tech"), key=Key("key-1")),
    "another key, another kid": lambda nexus: nexus.sign(nexus.claims("tech"), key=Key("key-9")),
    "kid with a path": lambda nexus: with_header(nexus, kid="../../dev/null"),
    "kid is a number": lambda nexus: unsigned(nexus, "ES256", kid=7),
    "no kid": lambda nexus: jwt.encode(
        nexus.claims("tech"), nexus.key.private, "ES256", headers={"typ": "at+jwt"}
    ),
    "typ JWT": lambda nexus: with_header(nexus, typ="JWT"),
    "typ of a logout token": lambda nexus: with_header(nexus, typ="logout+jwt"),
    "typ is a list": lambda nexus: with_header(nexus, typ=["at+jwt"]),
    "own key in jwk": own_key_in_the_header,
    "own key at jku": lambda nexus: own_key_somewhere(nexus, "jku"),
    "own key at x5u": lambda nexus: own_key_somewhere(nexus, "x5u"),
    "an unknown critical extension": lambda nexus: with_header(nexus, crit=["exp2"], exp2=1),
    "changed after signing": changed_after_signing,
    "claims are a list": claims_that_are_not_an_object,
    "huge": lambda nexus: nexus.access("tech", name="x" * 20_000),
    "huge rubbish": lambda nexus: "x" * 100_000,
    "deep JSON": lambda nexus: f"{segment(b'[' * 3000)}.{segment(b'{}')}.x",
    "not base64": lambda nexus: "ä.ö.ü",
    "empty": lambda nexus: "",
    "two parts": lambda nexus: "a.b",
    "two tokens": lambda nexus: f"{nexus.access('tech')} {nexus.access('tech')}",
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_forged_token_is_refused(nexus, db, browser, forge):
    answer = call(browser, forge(nexus))
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_token"
    assert answer["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert not User.objects.exists()


NOW = int(time.time())
ODD_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "http://evil.test"},
    "issuer with a slash": {"iss": "http://nexus.test/"},
    "issuer is a list": {"iss": ["http://nexus.test"]},
    "another audience": {"aud": "other"},
    "several audiences": {"aud": ["hivematrix", "other"]},
    "expired": {"exp": NOW - 60},
    "expired, as text": {"exp": str(NOW + 600)},
    "exp is a float": {"exp": NOW + 600.5},
    "exp is true": {"exp": True},
    "exp is endless": {"exp": 10**400},
    "exp is null": {"exp": None},
    "not yet valid": {"nbf": NOW + 3600},
    "nbf is text": {"nbf": "soon"},
    "issued in the future": {"iat": NOW + 3600},
    "iat is text": {"iat": str(NOW)},
    "no iat": {"iat": None},
    "no jti": {"jti": None},
    "jti is a number": {"jti": 7},
    "no sub": {"sub": None},
    "sub is no uuid": {"sub": "tech"},
    "sub is a number": {"sub": 1},
    "NUL in sub": {"sub": "\x00" + str(uuid.uuid4())},
    "no sid": {"sid": None},
    "sid is a list": {"sid": [str(uuid.uuid4())]},
    "NUL in the username": {"username": "te\x00ch"},
    "username is an object": {"username": {}},
    "no name": {"name": None},
    "an unknown level": {"permission_level": "superuser"},
    "level in capitals": {"permission_level": "ADMIN"},
    "level is a list": {"permission_level": ["admin"]},
    "no level": {"permission_level": None},
    "company is no uuid": {"company": "Acme"},
    "a client without a company": {"permission_level": "client"},
    "staff with a company": {"company": str(uuid.uuid4())},
    "a claim nobody knows": {"act": {"sub": "somebody"}},
    "company is a number": {"company": 1},
    "scope is a list": {"scope": ["directory:read"]},
    "a person with a scope": {"scope": "directory:read"},
    "no client": {"client_id": None},
}


@pytest.mark.parametrize("changes", ODD_CLAIMS.values(), ids=ODD_CLAIMS)
def test_a_correctly_signed_token_with_odd_claims_is_refused(nexus, db, browser, changes):
    answer = call(browser, nexus.access("tech", **changes))
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_token"


@pytest.mark.parametrize("scheme", ["Basic dGVjaDp0ZWNo", "Token x", "x"])
def test_other_schemes_are_strangers(nexus, db, browser, scheme):
    assert browser.get("/api/me", headers={"Authorization": scheme}).status_code == 401


def test_a_name_longer_than_a_column_is_no_server_error(nexus, db, browser):
    answer = call(browser, nexus.access("tech", name="x" * 300, username="y" * 200))
    assert answer.status_code == 200


def test_a_rotated_key_is_fetched_when_its_first_token_arrives(nexus, db, browser, monkeypatch):
    call(browser, nexus.access("tech"))
    nexus.keys = [nexus.key, Key("key-2")]
    # Somebody has just sent an invented kid; the pause after that must not refuse the real one
    # for longer than ten seconds.
    clock = time.monotonic() + 11
    monkeypatch.setattr("hm_auth.nexus.verifier.store._clock", lambda: clock)
    token = nexus.sign(nexus.claims("tech"), key=nexus.keys[1])
    assert call(browser, token).status_code == 200


def test_invented_key_ids_do_not_make_us_ask_nexus_each_time(nexus, db, browser):
    for number in range(20):
        token = nexus.sign(nexus.claims("tech"), key=Key(f"invented-{number}"))
        assert call(browser, token).status_code == 401
    assert nexus.asked["/.well-known/jwks.json"] == 1


def test_known_keys_go_on_working_while_nexus_is_down(nexus, db, browser, monkeypatch):
    call(browser, nexus.access("tech"))
    nexus.down = True
    later = time.monotonic() + 3600
    monkeypatch.setattr("hm_auth.nexus.verifier.store._clock", lambda: later)
    assert call(browser, nexus.access("tech")).status_code == 200
    forget_nexus(monkeypatch)  # another process finds them in the cache
    assert call(browser, nexus.access("tech")).status_code == 200


def test_without_any_key_the_answer_is_503_not_401(nexus, db, browser):
    token = nexus.access("tech")
    nexus.down = True
    answer = call(browser, token)
    assert answer.status_code == 503
    assert answer.json()["code"] == "nexus_unavailable"


@pytest.mark.parametrize(
    "fault",
    [
        (404, {}, {}),
        (200, {"keys": [{"kty": "EC", "crv": "P-256", "kid": "x"}]}, {}),
        (200, [], {}),
        (200, {"keys": 7}, {}),
    ],
    ids=["not there", "a broken key", "a list", "no list"],
)
def test_a_key_set_that_cannot_be_used_is_no_stack_trace(nexus, db, browser, fault):
    nexus.fail_with = fault
    assert call(browser, nexus.access("tech")).status_code == 503


def test_a_module_looking_at_the_api_as_a_page_is_no_server_error(nexus, db, browser):
    headers = {"Authorization": f"Bearer {nexus.service_token()}", "Accept": "text/html"}
    assert browser.get("/api/me/", headers=headers).status_code == 403


def test_a_module_may_what_its_scopes_open_and_a_person_what_their_level_opens():
    bank = ServiceUser("bank", frozenset({"billing:read"}))
    assert may(bank, "invoices.internal")
    assert not may(bank, "payments.manage"), "to write needs a scope of its own"
    assert not may(bank, "treasury.settings"), "for people only"
    assert not may(User(permission_level="client"), "invoices.internal")
    assert not may(AnonymousUser(), "invoices.view")
