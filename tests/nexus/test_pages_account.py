"""The account page: own password, own sessions."""

import re

import pytest
from django.test import Client

from nexus.modules.models import Module
from nexus.pages.devices import device_name
from nexus.signins.models import RefreshChain
from tests.nexus.pages_people import PASSWORD, make_user, signed_in

pytestmark = pytest.mark.django_db

CHROME = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36"
NEW = "a whole new sentence"


@pytest.fixture
def tech():
    return make_user("technician")


@pytest.fixture
def here(tech):
    return signed_in(tech)


@pytest.fixture
def elsewhere(here, tech):
    return signed_in(tech, agent=CHROME)


def change(current, new):
    return {"current": current, "new_password1": new, "new_password2": new}


def is_in(client):
    return client.get("/account").status_code == 200


def end_links(client):
    page = client.get("/account").content.decode()
    return re.findall(r'action="(/account/sessions/[0-9a-f-]{36}/end)"', page)


def test_it_shows_who_you_are(here):
    page = here.get("/account").content.decode()
    assert "Technician Example" in page
    assert "technician@people.example" in page


def test_it_lists_every_session_this_one_first(here, elsewhere, tech):
    treasury = Module.objects.create(client_id="treasury", name="Treasury", url="http://t.example")
    chrome = tech.sign_ins.get(user_agent=CHROME)
    RefreshChain.objects.create(sign_in=chrome, module=treasury)
    rows = re.findall(r"<tr>(.*?)</tr>", here.get("/account").content.decode(), re.DOTALL)[1:]
    assert len(rows) == 2
    assert "Firefox on Linux" in rows[0]
    assert "This session" in rows[0]
    assert "Chrome on Windows" in rows[1]
    assert "Treasury" in rows[1]
    assert "This session" not in rows[1]
    assert "127.0.0.1" in rows[1]


def test_ending_a_session_signs_that_device_out_at_once(here, elsewhere):
    other = end_links(here)[1]
    assert here.post(other)["Location"] == "/account"
    assert not is_in(elsewhere)
    assert is_in(here)
    assert here.post(other).status_code == 404


def test_ending_this_session_leads_to_the_sign_in_page(here):
    answer = here.post(end_links(here)[0], follow=True)
    assert answer.redirect_chain[-1][0].startswith("/auth/login")
    assert not is_in(here)


def test_nobody_ends_somebody_elses_session(here):
    other = signed_in(make_user("billing"))
    assert other.post(end_links(here)[0]).status_code == 404
    assert is_in(here)


def test_end_all_others_keeps_this_one(here, elsewhere, tech):
    third = signed_in(tech)
    here.post("/account/sessions/end")
    assert is_in(here)
    assert not is_in(elsewhere)
    assert not is_in(third)


def test_end_all_ends_this_one_too(here, elsewhere):
    answer = here.post("/account/sessions/end", {"all": "1"}, follow=True)
    assert answer.redirect_chain[-1][0].startswith("/auth/login")
    assert not is_in(here)
    assert not is_in(elsewhere)


def test_a_new_password_signs_the_others_out(here, elsewhere, tech):
    answer = here.post("/account/password", change(PASSWORD, NEW))
    assert answer["Location"] == "/account"
    assert is_in(here)
    assert not is_in(elsewhere)
    signed_in(tech, password=NEW)


def test_a_copied_cookie_is_worth_nothing_after_a_new_password(here, tech):
    copy = Client()
    copy.cookies["nexus_session"] = here.cookies["nexus_session"].value
    assert is_in(copy)
    here.post("/account/password", change(PASSWORD, NEW))
    assert is_in(here)
    assert not is_in(copy)


@pytest.mark.parametrize(
    ("current", "new", "message"),
    [
        ("wrong", NEW, "not your current password"),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "password1234", "too common"),
        (PASSWORD, "", "required"),
    ],
)
def test_a_refused_password_changes_nothing(here, elsewhere, tech, current, new, message):
    answer = here.post("/account/password", change(current, new))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert message in page
    assert NEW not in page
    assert is_in(elsewhere)
    signed_in(tech)


def test_guessing_the_current_password_is_slowed_down(here):
    answers = [
        here.post("/account/password", change(f"guess {n}", NEW)).status_code for n in range(8)
    ]
    assert answers[0] == 422
    assert answers[-1] == 429


def test_many_sessions_take_as_many_queries_as_one(here, tech, django_assert_max_num_queries):
    for _ in range(5):
        signed_in(tech)
    with django_assert_max_num_queries(6):
        here.get("/account")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/18.0 Safari/605.1",
            "Safari on macOS",
        ),
        ("python-requests/2.32", "A Python script"),
        ("", "Unknown device"),
    ],
)
def test_devices_are_named_in_plain_words(agent, words):
    assert device_name(agent) == words
