"""Opening one service from another: nobody is signed in who did not ask for it himself."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from hm_auth.models import Session

REGISTERED = "http://other.test"


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def begin(browser: Client, next_path: str = "/plain?x=1") -> str:
    """Follow a link of the other service; return the state it is asked to send back."""
    answer = browser.get("/auth/start", {"from": "other", "next": next_path})
    assert answer["Location"].startswith(f"{REGISTERED}/auth/authorize?")
    query = query_of(answer["Location"])
    assert query["client_id"] == "sample"
    return query["state"]


def code_of(
    nexus, username: str = "tech", sid: str = "4f1c7c3e-4b37-4b4e-a6f5-0c6a38a5c8f1"
) -> str:
    nexus.codes["the-code"] = (username, sid)
    return "the-code"


def test_somebody_signed_in_elsewhere_arrives_signed_in(nexus, db, browser):
    state = begin(browser)
    answer = browser.get("/auth/callback", {"code": code_of(nexus), "state": state})
    assert answer["Location"] == "/plain?x=1"
    assert browser.get("/plain").content == b"tech technician"
    assert str(Session.objects.get().sid) == "4f1c7c3e-4b37-4b4e-a6f5-0c6a38a5c8f1"


@pytest.mark.parametrize("state", ["", "x", "another"])
def test_a_link_with_somebody_elses_code_signs_nobody_in(nexus, db, browser, state):
    begin(browser)
    answer = browser.get("/auth/callback", {"code": code_of(nexus), "state": state})
    assert answer["Location"] == "/auth/login?next=%2F"
    assert nexus.codes, "the code was not even redeemed"
    assert browser.get("/plain").status_code == 302


def test_a_state_of_another_browser_is_refused(nexus, db, browser):
    state = begin(Client())
    browser.get("/auth/callback", {"code": code_of(nexus), "state": state})
    assert browser.get("/plain").status_code == 302


def test_a_state_works_once(nexus, db, browser):
    state = begin(browser)
    browser.get("/auth/callback", {"code": "wrong", "state": state})
    browser.get("/auth/callback", {"code": code_of(nexus), "state": state})
    assert browser.get("/plain").status_code == 302


def test_a_state_left_open_for_long_is_refused(nexus, db, browser, monkeypatch):
    state = begin(browser)
    later = browser.session["hm_states"][state]["at"] + 601
    monkeypatch.setattr("hm_auth.views.between_services.time.time", lambda: later)
    browser.get("/auth/callback", {"code": code_of(nexus), "state": state})
    assert browser.get("/plain").status_code == 302


def test_several_tabs_may_be_opened_at_once_but_not_without_end(nexus, db, browser):
    states = [begin(browser, f"/plain?tab={number}") for number in range(8)]
    assert len(browser.session["hm_states"]) == 5
    answer = browser.get("/auth/callback", {"code": code_of(nexus), "state": states[5]})
    assert answer["Location"] == "/plain?tab=5"


@pytest.mark.parametrize("source", ["unknown", "", "http://evil.test"])
def test_an_unknown_service_leads_to_the_sign_in_page(nexus, db, browser, source):
    answer = browser.get("/auth/start", {"from": source, "next": "/plain"})
    assert answer["Location"] == "/auth/login?next=%2Fplain"


def test_with_nexus_down_a_link_leads_to_the_sign_in_page(nexus, db, browser):
    nexus.down = True
    answer = browser.get("/auth/start", {"from": "other"})
    assert answer["Location"] == "/auth/login?next=%2F"


def test_next_is_a_path_of_this_service(nexus, db, browser):
    state = begin(browser, "https://evil.test/")
    answer = browser.get("/auth/callback", {"code": code_of(nexus), "state": state})
    assert answer["Location"] == "/"


def test_nexus_is_a_service_like_any_other(nexus, db, browser, settings):
    settings.HM_AUTH = {**settings.HM_AUTH, "NEXUS_PUBLIC_URL": "https://nexus.example"}
    answer = browser.get("/auth/start", {"from": "nexus"})
    assert answer["Location"].startswith("https://nexus.example/auth/authorize?client_id=sample&")


def test_vouching_goes_to_the_registered_address_whatever_the_query_says(nexus, sign_in):
    answer = sign_in("tech").get(
        "/auth/authorize",
        {"client_id": "other", "state": "abc", "redirect_uri": "http://evil.test", "next": "//x"},
    )
    assert answer["Location"].startswith(f"{REGISTERED}/auth/callback?")
    query = query_of(answer["Location"])
    assert query["state"] == "abc"
    assert nexus.codes[query["code"]][0] == "tech"
    assert set(query) == {"code", "state"}
    asked = next(seen for seen in nexus.seen if seen["path"] == "/api/token/code/")
    assert asked["headers"]["Authorization"].startswith("Basic ")
    assert set(asked["body"]) == {"client_id", "subject_token"}


def test_vouching_needs_a_sign_in_and_comes_back_to_it(nexus, db, browser):
    answer = browser.get("/auth/authorize?client_id=other&state=abc")
    assert answer["Location"] == (
        "/auth/login?next=%2Fauth%2Fauthorize%3Fclient_id%3Dother%26state%3Dabc"
    )
    page = browser.get(answer["Location"])
    assert f"form-action 'self' {REGISTERED};" in page["Content-Security-Policy"]
    ordinary = browser.get("/auth/login?next=/plain")
    assert "form-action 'self';" in ordinary["Content-Security-Policy"]


@pytest.mark.parametrize(
    "query",
    ["client_id=unknown&state=abc", "state=abc", "client_id=other", "client_id=other&state=a%0Ab"],
)
def test_vouching_for_nobody_known_is_not_found(sign_in, query):
    assert sign_in("tech").get(f"/auth/authorize?{query}").status_code == 404


def test_vouching_for_a_service_the_person_may_not_open_is_forbidden(nexus, sign_in):
    client = sign_in("tech")
    client.get("/auth/authorize?client_id=other&state=abc")
    nexus.fail_with = (403, {"code": "module_not_allowed"}, {})
    assert client.get("/auth/authorize?client_id=other&state=abc").status_code == 403


def test_vouching_with_nexus_down_is_no_stack_trace(nexus, sign_in):
    client = sign_in("tech")
    nexus.down = True
    assert client.get("/auth/authorize?client_id=other&state=abc").status_code == 503


def test_somebody_signed_in_here_already_goes_straight_on(nexus, sign_in):
    answer = sign_in("tech").get("/auth/start", {"from": "other", "next": "/special"})
    assert answer["Location"] == "/special"
