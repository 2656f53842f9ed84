"""Nexus ends a sign-in: exactly those sessions, at once."""

from __future__ import annotations

import uuid

import pytest

from hm_auth.models import Session
from tests.hm_auth.conftest import forget_nexus
from tests.hm_auth.fake_nexus import Key

ADDRESS = "/auth/backchannel-logout"


def sid_of(client) -> str:
    return str(Session.objects.get(session_key=client.cookies["hm_auth_session"].value).sid)


def is_signed_in(client) -> bool:
    return client.get("/plain").status_code == 200


def test_one_sign_in_ends_and_the_persons_others_go_on(nexus, sign_in, browser):
    desk, phone, other = sign_in("tech"), sign_in("tech"), sign_in("acme")
    token = nexus.logout_token(sid=sid_of(desk), sub=nexus.people["tech"]["sub"])
    answer = browser.post(ADDRESS, {"logout_token": token})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert not is_signed_in(desk)
    assert is_signed_in(phone)
    assert is_signed_in(other)
    assert browser.post(ADDRESS, {"logout_token": token}).status_code == 200, "a replay is harmless"


def test_everything_of_a_person_ends(nexus, sign_in, browser):
    desk, phone, other = sign_in("tech"), sign_in("tech"), sign_in("acme")
    browser.post(ADDRESS, {"logout_token": nexus.logout_token(sub=nexus.people["tech"]["sub"])})
    assert not is_signed_in(desk)
    assert not is_signed_in(phone)
    assert is_signed_in(other)


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "other"},
        {"aud": ["sample"]},
        {"iss": "http://evil.test"},
        {"events": {}},
        {"events": "http://schemas.openid.net/event/backchannel-logout"},
        {"nonce": "x"},
        {"exp": 1},
        {"jti": None},
        {"sub": None},
        {"sub": "not-a-uuid"},
        {"sub": ["x"]},
    ],
)
def test_a_token_that_is_not_quite_right_ends_nothing(nexus, sign_in, browser, changes):
    client = sign_in("tech")
    token = nexus.logout_token(**{"sub": nexus.people["tech"]["sub"], **changes})
    answer = browser.post(ADDRESS, {"logout_token": token})
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid_token"
    assert is_signed_in(client)


def test_an_access_token_logs_nobody_out_and_a_logout_token_opens_nothing(nexus, sign_in, browser):
    client = sign_in("tech")
    access = nexus.access("tech", aud="sample")
    assert browser.post(ADDRESS, {"logout_token": access}).status_code == 400
    logout = nexus.logout_token(sub=nexus.people["tech"]["sub"], aud="hivematrix")
    answer = browser.get("/api/me", headers={"Authorization": f"Bearer {logout}"})
    assert answer.status_code == 401
    assert is_signed_in(client)


def test_rubbish_another_key_and_a_get_are_refused(nexus, db, browser):
    stranger = nexus.sign({"sid": str(uuid.uuid4())}, typ="logout+jwt", key=Key("key-1"))
    for token in ("", "x", "a.b.c", stranger, "x" * 100_000):
        assert browser.post(ADDRESS, {"logout_token": token}).status_code == 400
    assert browser.post(ADDRESS).status_code == 400
    assert browser.get(ADDRESS).status_code == 405


def test_without_any_key_the_answer_is_to_try_again(nexus, db, browser, monkeypatch):
    token = nexus.logout_token(sub=str(uuid.uuid4()))
    nexus.down = True
    forget_nexus(monkeypatch)
    assert browser.post(ADDRESS, {"logout_token": token}).status_code == 503
