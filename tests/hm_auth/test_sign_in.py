"""The sign-in page, and what a session is once somebody has signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from hm_auth import nexus as connection
from hm_auth.models import Session, User
from tests.hm_auth.fake_nexus import PASSWORD

LOGIN = "/auth/login"


def good(username: str = "tech", **more: str) -> dict[str, str]:
    return {"username": username, "password": PASSWORD, **more}


def test_a_stranger_is_sent_to_the_sign_in_page_and_comes_back(nexus, db, browser):
    answer = browser.get("/special?x=1")
    assert answer["Location"] == "/auth/login?next=%2Fspecial%3Fx%3D1"
    page = browser.get(answer["Location"])
    assert 'name="next" value="/special?x=1"' in page.content.decode()
    answer = browser.post(LOGIN, good("billing", next="/special?x=1"))
    assert answer["Location"] == "/special?x=1"
    assert browser.get("/special").content == b"special"


def test_the_person_is_known_by_id_username_name_and_level_only(nexus, sign_in):
    sign_in("acme")
    user = User.objects.get()
    assert str(user.pk) == nexus.people["acme"]["sub"]
    assert (user.username, user.display_name, user.permission_level) == (
        "acme",
        "Anna of Acme",
        "client",
    )
    assert {field.name for field in User._meta.get_fields()} == {
        "id",
        "username",
        "display_name",
        "permission_level",
        "last_seen_at",
    }


def test_nexus_learns_where_the_person_sits_and_not_where_the_module_is(nexus, db, browser):
    browser.post(LOGIN, good(), REMOTE_ADDR="203.0.113.7", headers={"user-agent": "Firefox"})
    body = nexus.seen[0]["body"]
    assert (body["end_user_ip"], body["end_user_agent"]) == ("203.0.113.7", "Firefox")


def test_a_signed_in_page_costs_one_query(sign_in, django_assert_num_queries):
    client = sign_in("tech")
    client.get("/plain")
    with django_assert_num_queries(1):
        assert client.get("/plain").content == b"tech technician"


@pytest.mark.parametrize(
    "form", [good("nobody"), {"username": "tech", "password": "wrong password"}]
)
def test_unknown_user_and_wrong_password_read_the_same(nexus, db, browser, form):
    page = browser.post(LOGIN, form).content.decode()
    assert "The username or the password is not right." in page
    assert form["username"] in page
    assert form["password"] not in page
    assert not Session.objects.filter(sid__isnull=False).exists()


def test_an_empty_form_asks_nexus_nothing(nexus, db, browser):
    assert browser.post(LOGIN, {"username": "", "password": ""}).status_code == 200
    assert nexus.asked["/api/token/"] == 0


def test_too_many_attempts_says_when_to_try_again(nexus, db, browser):
    nexus.fail_with = (429, {"code": "too_many_attempts"}, {"Retry-After": "300"})
    answer = browser.post(LOGIN, good())
    assert answer.status_code == 429
    assert answer["Retry-After"] == "300"
    assert "in 5 minutes" in answer.content.decode()


def test_somebody_who_may_not_open_this_module_is_told_so(nexus, db, browser):
    nexus.fail_with = (403, {"code": "module_not_allowed"}, {})
    answer = browser.post(LOGIN, good())
    assert answer.status_code == 403
    assert "may not open this service" in answer.content.decode()


def test_a_module_with_a_wrong_secret_says_whom_to_tell(nexus, db, browser, settings):
    settings.HM_AUTH = {**settings.HM_AUTH, "CLIENT_SECRET": "old"}
    answer = browser.post(LOGIN, good())
    assert answer.status_code == 503
    assert "tell your administrator" in answer.content.decode()


def test_nobody_new_signs_in_while_nexus_is_down(nexus, db, browser):
    nexus.down = True
    answer = browser.post(LOGIN, good())
    assert answer.status_code == 503
    assert "Nexus does not answer" in answer.content.decode()
    assert nexus.asked["/api/token/"] == 1, "a password is sent once"


@pytest.mark.parametrize(
    "fault",
    [
        (200, {}, {}),
        (200, [], {}),
        (200, {"access": "x", "refresh": "y"}, {}),
        (500, {}, {}),
        (302, {}, {"Location": "http://evil.test/"}),
    ],
)
def test_a_nexus_that_answers_nonsense_is_no_stack_trace(nexus, db, browser, fault):
    nexus.fail_with = fault
    assert browser.post(LOGIN, good()).status_code == 503
    assert not Session.objects.filter(sid__isnull=False).exists()


def test_a_token_for_somebody_elses_audience_signs_nobody_in(nexus, db, browser):
    tokens = nexus.tokens("tech") | {"access": nexus.access(aud="elsewhere")}
    connection.verifier.store.current()
    nexus.fail_with = (200, tokens, {})
    assert browser.post(LOGIN, good()).status_code == 503


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.test/",
        "//evil.test/",
        "/\\evil.test",
        "\\\\evil.test",
        "javascript:alert(1)",
        "http:///evil.test",
        "///evil.test",
        "/\t/evil.test",
        "evil.test",
        "http://testserver.evil.test/",
        "\x00",
    ],
)
def test_after_signing_in_nobody_is_sent_elsewhere(nexus, db, browser, wanted):
    assert browser.post(LOGIN, good(next=wanted))["Location"] == "/"


def test_the_session_key_and_csrf_token_change_at_sign_in(nexus, db):
    browser = Client(enforce_csrf_checks=True)
    browser.get("/note?text=before")
    browser.get(LOGIN)
    key, csrf = (browser.cookies[name].value for name in ("hm_auth_session", "hm_auth_csrf"))
    refused = browser.post(LOGIN, good())
    assert refused.status_code == 403
    browser.post(LOGIN, good(csrfmiddlewaretoken=csrf))
    assert browser.cookies["hm_auth_session"].value != key
    assert browser.cookies["hm_auth_csrf"].value != csrf
    assert not Session.objects.filter(session_key=key).exists()


def test_what_one_person_left_in_a_session_the_next_does_not_find(nexus, sign_in):
    client = sign_in("acme")
    client.get("/note?text=secret")
    sign_in("globex", client)
    assert "note" not in client.session
    assert Session.objects.filter(sid__isnull=False).count() == 1


def test_expired_sessions_are_swept_when_somebody_signs_in(nexus, sign_in):
    sign_in("acme")
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    sign_in("tech")
    assert Session.objects.count() == 1


def test_signing_out_ends_this_sign_in_here_and_in_nexus(nexus, sign_in):
    here, elsewhere = sign_in("tech"), sign_in("tech")
    sid = str(Session.objects.get(session_key=here.cookies["hm_auth_session"].value).sid)
    assert here.get("/auth/logout").status_code == 405
    assert here.post("/auth/logout")["Location"] == LOGIN
    assert nexus.ended == {sid}
    assert here.get("/plain").status_code == 302
    assert elsewhere.get("/plain").status_code == 200


def test_signing_out_works_while_nexus_is_down(nexus, sign_in):
    client = sign_in("tech")
    nexus.down = True
    assert client.post("/auth/logout").status_code == 302
    assert client.get("/plain").status_code == 302


def test_somebody_signed_in_is_not_asked_again(sign_in):
    assert sign_in("tech").get(LOGIN, {"next": "/special"})["Location"] == "/special"


def test_a_level_without_the_capability_sees_the_forbidden_page(sign_in):
    answer = sign_in("tech").get("/special")
    assert answer.status_code == 403
    assert "You may not open this page" in answer.content.decode()


def test_a_fragment_moves_the_whole_window_to_the_sign_in_page(nexus, db, browser):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/special?x=1"}
    answer = browser.get("/plain", headers=headers)
    assert answer["HX-Redirect"] == "/auth/login?next=%2Fspecial%3Fx%3D1"
