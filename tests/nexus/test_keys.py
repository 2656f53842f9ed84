"""Signing keys: published before they sign, withdrawn after their last token, never readable."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import jwt
import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import timezone

from nexus.signins import keys
from nexus.signins.models import Event, SigningKey
from tests.nexus.test_token import claims_of, sign_in

pytestmark = pytest.mark.django_db


def published(client):
    return [key["kid"] for key in client.get("/.well-known/jwks.json").json()["keys"]]


def kid_of(client):
    return jwt.get_unverified_header(sign_in(client, "tech").json()["access"])["kid"]


def rotate(*arguments):
    out = StringIO()
    call_command("rotate_signing_key", *arguments, stdout=out)
    keys.forget()  # another process would look again after 15 seconds
    return out.getvalue()


@pytest.fixture
def clock():
    with time_machine.travel(timezone.now(), tick=False) as clock:
        yield clock


def test_a_new_key_is_seen_before_it_signs_and_an_old_one_until_its_last_token(
    client, tech, signing_key, clock
):
    [old] = published(client)
    rotate()
    both = published(client)
    [new] = set(both) - {old}
    assert kid_of(client) == old

    clock.shift(keys.LEAD + timedelta(seconds=1))
    keys.forget()
    assert kid_of(client) == new
    assert published(client) == both

    clock.shift(timedelta(seconds=600 + 120))
    assert published(client) == [new]
    call_command("prune_signins", stdout=StringIO())
    assert list(SigningKey.objects.values_list("kid", flat=True)) == [new]


def test_a_token_of_the_old_key_is_good_until_it_expires(client, tech, signing_key, clock):
    rotate()
    clock.shift(keys.LEAD - timedelta(seconds=1))
    access = sign_in(client, "tech").json()["access"]
    clock.shift(599)
    keys.forget()
    assert claims_of(client, access).username == "tech"


def test_the_announcement_is_longer_than_any_copy_of_the_key_set_lives(client, signing_key):
    cache = client.get("/.well-known/jwks.json")["Cache-Control"]
    assert f"max-age={keys.JWKS_MAX_AGE}" in cache
    assert timedelta(minutes=10) <= keys.LEAD > timedelta(seconds=keys.JWKS_MAX_AGE)


def test_no_third_key_is_published(client, signing_key, clock):
    rotate()
    with pytest.raises(CommandError, match="announced already"):
        rotate()
    clock.shift(keys.LEAD + timedelta(seconds=1))
    with pytest.raises(CommandError, match="try again at"):
        rotate()
    assert len(published(client)) == 2


def test_now_signs_at_once(client, tech, signing_key):
    [old] = published(client)
    rotate("--now")
    assert kid_of(client) != old
    assert old in published(client)


def test_compromised_removes_every_other_key(client, tech, signing_key):
    access = sign_in(client, "tech").json()["access"]
    rotate("--compromised")
    assert published(client) == [kid_of(client)]
    answer = client.get("/api/modules/", headers={"Authorization": f"Bearer {access}"})
    assert answer.json()["code"] == "invalid_token"
    assert Event.objects.filter(kind="key_removed").exists()


def test_another_process_follows_within_seconds(client, tech, signing_key, monkeypatch):
    [old] = published(client)
    assert kid_of(client) == old
    call_command("rotate_signing_key", "--now", stdout=StringIO())  # the ring is not told
    monkeypatch.setattr(keys._ring, "loaded_at", keys._ring.loaded_at - keys.CACHE_SECONDS - 1)
    assert kid_of(client) != old


def test_signing_costs_no_query(client, tech, signing_key, django_assert_num_queries):
    keys.signing_key()
    with django_assert_num_queries(0):
        keys.signing_key()


def test_the_private_key_is_not_readable_without_the_secret_key(signing_key, settings):
    row = SigningKey.objects.get()
    assert "PRIVATE" not in row.private_encrypted
    assert "d" not in row.public_jwk
    settings.SECRET_KEY = "some other secret key, long enough for a test 0123456789"
    keys.forget()
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        keys.signing_key()


def test_a_lost_secret_key_is_mended_by_a_new_key(client, tech, signing_key, settings):
    settings.SECRET_KEY = "some other secret key, long enough for a test 0123456789"
    keys.forget()
    rotate("--compromised")
    assert sign_in(client, "tech").status_code == 200


def test_without_a_key_nexus_is_not_ready(client, db):
    assert client.get("/readyz").status_code == 503
    call_command("default_data", stdout=StringIO())
    assert client.get("/readyz").status_code == 200
    assert client.get("/healthz").content == b"ok\n"


def test_default_data_twice_changes_nothing(db):
    for _ in range(2):
        call_command("default_data", stdout=StringIO())
    assert SigningKey.objects.count() == 1


@pytest.mark.parametrize("forgery", ["none", "HS256", "other key", "no kid", "typ"])
def test_nexus_refuses_a_forged_token(client, tech, signing_key, forgery):
    good = sign_in(client, "tech").json()["access"]
    payload = jwt.decode(good, options={"verify_signature": False})
    header = jwt.get_unverified_header(good)
    own = keys.signing_key().private
    other = keys._load(keys._make(timezone.now() + timedelta(days=1)))
    SigningKey.objects.filter(kid=other.kid).delete()
    forged = {
        "none": lambda: jwt.encode(
            payload, None, algorithm="none", headers=header | {"alg": "none"}
        ),
        "HS256": lambda: jwt.encode(
            payload, "x" * 32, algorithm="HS256", headers=header | {"alg": "HS256"}
        ),
        "other key": lambda: jwt.encode(payload, other.private, algorithm="ES256", headers=header),
        "no kid": lambda: jwt.encode(payload, own, algorithm="ES256", headers={"typ": "at+jwt"}),
        "typ": lambda: jwt.encode(payload, own, algorithm="ES256", headers=header | {"typ": "JWT"}),
    }[forgery]()
    assert (
        client.get("/api/modules/", headers={"Authorization": f"Bearer {good}"}).status_code == 200
    )
    answer = client.get("/api/modules/", headers={"Authorization": f"Bearer {forged}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")
