"""Keeping a sign-in alive: once however many ask, through an outage, not a moment too long."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections
from django.test import Client

from hm_auth import nexus as connection_to_nexus
from hm_auth.models import Session, User
from hm_auth.session import SessionStore
from tests.hm_auth.conftest import retry_is_due, token_expires_in

REFRESH = "/api/token/refresh/"


@pytest.fixture(autouse=True)
def _keys_are_known(nexus):
    connection_to_nexus.verifier.store.current()


def copy_of(client: Client) -> Client:
    copy = Client()
    copy.cookies.load(client.cookies.output(header=""))
    return copy


def ask_in_parallel(client: Client, times: int = 20, path: str = "/plain") -> list[int]:
    together = threading.Barrier(times)

    def ask(_: int) -> int:
        together.wait()
        try:
            return copy_of(client).get(path).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(ask, range(times)))


def test_a_token_with_time_left_is_not_refreshed(nexus, sign_in):
    client = sign_in("tech")
    token_expires_in(31)
    client.get("/plain")
    assert nexus.asked[REFRESH] == 0


def test_a_token_about_to_expire_is_replaced(nexus, sign_in):
    client = sign_in("tech")
    before = Session.objects.get(sid__isnull=False)
    token_expires_in(29)
    assert client.get("/plain").status_code == 200
    after = Session.objects.get(sid__isnull=False)
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    assert (after.sid, after.user_id) == (before.sid, before.user_id)


def test_a_changed_level_and_name_arrive_with_the_refresh(nexus, sign_in):
    client = sign_in("billing")
    assert client.get("/special").status_code == 200
    nexus.people["billing"] |= {"permission_level": "technician", "name": "Bea the Technician"}
    assert client.get("/special").status_code == 200
    token_expires_in(10)
    assert client.get("/special").status_code == 403
    assert client.get("/plain").content == b"billing technician"
    user = User.objects.get()
    assert (user.permission_level, user.display_name) == ("technician", "Bea the Technician")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seconds_left", [20, -20], ids=["still good", "expired"])
def test_twenty_parallel_requests_refresh_once(nexus, sign_in, seconds_left):
    client = sign_in("tech")
    token_expires_in(seconds_left)
    nexus.delay = 0.2
    assert ask_in_parallel(client) == [200] * 20
    assert nexus.asked[REFRESH] == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_requests_find_out_once_that_nexus_is_down(nexus, sign_in):
    client = sign_in("tech")
    token_expires_in(-20)
    nexus.fail_with = (503, {}, {})
    nexus.delay = 0.2
    assert ask_in_parallel(client) == [200] * 20
    assert nexus.asked[REFRESH] == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_requests_are_signed_out_once(nexus, sign_in):
    client = sign_in("tech")
    token_expires_in(-20)
    nexus.chains.clear()
    nexus.delay = 0.1
    assert ask_in_parallel(client) == [302] * 20
    assert nexus.asked[REFRESH] == 1


@pytest.mark.django_db(transaction=True)
def test_while_one_request_refreshes_the_others_go_on_with_the_good_token(nexus, sign_in):
    client = sign_in("tech")
    token_expires_in(20)
    nexus.delay = 1.5
    slow = threading.Thread(target=ask_in_parallel, args=(client, 1))
    slow.start()
    deadline = time.monotonic() + 5
    while not nexus.asked[REFRESH] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert copy_of(client).get("/plain").status_code == 200
    assert slow.is_alive(), "the other request had to wait"
    slow.join()


@pytest.mark.parametrize("code", ["invalid_refresh", "refresh_reused", "module_not_allowed"])
def test_when_nexus_refuses_the_person_is_signed_out(nexus, sign_in, code):
    client = sign_in("tech")
    token_expires_in(10)
    nexus.fail_with = (403 if code == "module_not_allowed" else 401, {"code": code}, {})
    assert client.get("/special?x=1")["Location"] == "/auth/login?next=%2Fspecial%3Fx%3D1"
    assert not Session.objects.filter(sid__isnull=False).exists()
    assert client.get("/api/me").status_code == 401


TROUBLE = pytest.mark.parametrize(
    "trouble",
    [(401, {"code": "invalid_client"}, {}), (429, {"code": "too_many_attempts"}, {})],
    ids=["wrong secret", "too many"],
)


@TROUBLE
def test_trouble_of_the_module_signs_nobody_out(nexus, sign_in, trouble):
    client = sign_in("tech")
    token_expires_in(10)
    nexus.fail_with = trouble
    assert client.get("/plain").status_code == 200


@TROUBLE
def test_trouble_of_the_module_earns_no_grace(nexus, sign_in, trouble):
    client = sign_in("tech")
    token_expires_in(-10)
    nexus.fail_with = trouble
    for _again in range(2):
        assert client.get("/plain").status_code == 503
    nexus.fail_with = None
    Session.objects.update(next_refresh_at=None)
    assert client.get("/plain").status_code == 200


def test_an_answer_that_makes_no_sense_counts_as_silence(nexus, sign_in):
    client = sign_in("tech")
    token_expires_in(-10)
    nexus.fail_with = (200, {}, {})
    assert client.get("/plain").status_code == 200


def test_in_an_outage_people_go_on_until_the_grace_is_over(nexus, sign_in):
    client = sign_in("tech")
    nexus.down = True
    token_expires_in(-3590)
    assert client.get("/plain").status_code == 200
    token_expires_in(-3601)
    retry_is_due()
    answer = client.get("/plain")
    assert answer.status_code == 503
    assert "Nexus does not answer" in answer.content.decode()
    assert client.get("/api/me").json()["code"] == "nexus_unavailable"
    assert Session.objects.filter(sid__isnull=False).exists(), "an outage is no sign-out"

    nexus.down = False
    retry_is_due()
    assert client.get("/plain").status_code == 200


def test_in_an_outage_nexus_is_left_alone_for_a_while(nexus, sign_in):
    client = sign_in("tech")
    nexus.down = True
    token_expires_in(10)
    for _ in range(5):
        client.get("/plain")
    once = nexus.asked[REFRESH]
    retry_is_due()
    client.get("/plain")
    assert nexus.asked[REFRESH] == 2 * once


def test_after_the_grace_signing_out_and_health_still_work(nexus, sign_in):
    client = sign_in("tech")
    nexus.down = True
    token_expires_in(-4000)
    assert client.get("/healthz").status_code == 200
    assert client.get("/auth/login").status_code == 200
    assert client.post("/auth/logout").status_code == 302


def test_a_new_refresh_token_is_kept_even_if_the_access_token_cannot_be_checked(
    nexus, sign_in, monkeypatch
):
    client = sign_in("tech")
    before = Session.objects.get(sid__isnull=False).refresh_token
    nexus.fail_with = (200, {"access": "unreadable", "refresh": "the-next-one"}, {})
    token_expires_in(10)
    assert client.get("/plain").status_code == 200
    assert Session.objects.get(sid__isnull=False).refresh_token == "the-next-one" != before


def test_tokens_of_somebody_else_are_not_taken(nexus, sign_in):
    client = sign_in("tech")
    token_expires_in(10)
    nexus.fail_with = (200, nexus.tokens("admin"), {})
    assert client.get("/plain").status_code == 302


def test_a_page_that_saves_its_session_late_does_not_bring_old_tokens_back(nexus, sign_in):
    client = sign_in("tech")
    key = client.cookies["hm_auth_session"].value
    slow_page = SessionStore(key)
    slow_page["note"] = "kept"
    token_expires_in(10)
    client.get("/plain")
    new = Session.objects.get(session_key=key).refresh_token
    slow_page.save()
    row = Session.objects.get(session_key=key)
    assert row.refresh_token == new
    assert SessionStore(key)["note"] == "kept"


def test_a_refresh_costs_few_queries(nexus, sign_in, django_assert_max_num_queries):
    client = sign_in("tech")
    token_expires_in(10)
    # session, savepoint, lock, tokens, person, release
    with django_assert_max_num_queries(6):
        client.get("/plain")
    assert connection.in_atomic_block
