"""A view for programs without a session: HTTP Basic whose password is an API token of Nexus."""

from __future__ import annotations

import base64
import logging

import pytest
from django.core.cache import cache

from hm_auth.models import Session

GOOD = "hm_" + "a" * 43
OTHER = "hm_" + "b" * 43


@pytest.fixture
def nexus(nexus):
    nexus.api_tokens = {GOOD: "billing", OTHER: "tech"}
    return nexus


def read(browser, password, name="reader", **more):
    pair = base64.b64encode(f"{name}:{password}".encode()).decode()
    return browser.get("/feed", headers={"Authorization": f"Basic {pair}", **more})


def exchanges(nexus):
    return nexus.asked["/api/token/"]


def test_an_api_token_as_the_password_is_its_person(nexus, db, browser):
    answer = read(browser, GOOD)
    assert answer.status_code == 200
    assert answer.content.decode().startswith("billing ")
    assert read(browser, GOOD, name="").status_code == 200
    assert read(browser, OTHER).status_code == 403  # known, and without the capability
    assert not Session.objects.exists()


def test_a_session_is_enough(nexus, sign_in):
    assert sign_in("billing").get("/feed").status_code == 200


def test_nexus_hears_who_asks_and_is_asked_once(nexus, db, browser, django_assert_num_queries):
    read(browser, GOOD, **{"User-Agent": "Reader/1"})
    with django_assert_num_queries(0):
        for _ in range(3):
            assert read(browser, GOOD).status_code == 200
    assert exchanges(nexus) == 1
    body = next(each["body"] for each in nexus.seen if "api_token" in each["body"])
    assert body["end_user_ip"] == "127.0.0.1"
    assert body["end_user_agent"] == "Reader/1"


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic ???", "Basic eA==", "Basic /////w==", "Bearer x.y.z", "Basic OmhtX3g="],
)
def test_others_get_a_challenge_and_nexus_is_not_asked(nexus, db, browser, header):
    answer = browser.get("/feed", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Basic realm="HiveMatrix", charset="UTF-8"'
    assert exchanges(nexus) == 0


def test_a_refused_token_is_not_asked_about_again_for_a_minute(nexus, db, browser, monkeypatch):
    unknown = "hm_" + "c" * 43
    kept = []
    real = cache.set
    monkeypatch.setattr(
        cache, "set", lambda *given, **more: (kept.append(given), real(*given, **more))
    )
    for _ in range(3):
        assert read(browser, unknown)["WWW-Authenticate"].startswith("Basic")
    assert exchanges(nexus) == 1
    assert [given[2] for given in kept if given[1] == ""] == [60]
    assert not [given for given in kept if unknown in str(given)]


def test_an_access_token_is_not_kept_to_its_very_end(nexus, db, browser):
    nexus.lifetime = 25
    read(browser, GOOD)
    read(browser, GOOD)
    assert exchanges(nexus) == 2


def test_too_many_attempts_and_a_closed_module_are_passed_on(nexus, db, browser):
    nexus.fail_with = (429, {"code": "too_many_attempts", "detail": "Wait."}, {"Retry-After": "7"})
    answer = read(browser, GOOD)
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    nexus.fail_with = (403, {"code": "module_not_allowed", "detail": "Not for you."}, {})
    answer = read(browser, GOOD)
    assert (answer.status_code, answer.content) == (403, b"Not for you.\n")
    assert "WWW-Authenticate" not in answer


def test_without_nexus_readers_go_on_for_a_while_and_are_then_told_to_wait(nexus, db, browser):
    read(browser, GOOD)
    nexus.down = True
    assert read(browser, GOOD).status_code == 200
    cache.clear()
    answer = read(browser, GOOD)
    assert answer.status_code == 503
    assert int(answer["Retry-After"]) > 0


def test_nothing_is_changed_by_it(nexus, db, browser):
    pair = base64.b64encode(f"x:{GOOD}".encode()).decode()
    assert browser.post("/feed", headers={"Authorization": f"Basic {pair}"}).status_code == 405


def test_the_token_is_in_no_log(nexus, db, browser, caplog):
    with caplog.at_level(logging.DEBUG):
        read(browser, GOOD)
        read(browser, "hm_" + "d" * 43)
    assert GOOD not in caplog.text
    assert "d" * 43 not in caplog.text
