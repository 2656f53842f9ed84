"""Talking to Nexus: how often, how long, with whose token, and what is shown when it is down."""

from __future__ import annotations

import socket
import time
import uuid

import pytest

from hm_auth import directory
from hm_auth import nexus as connection
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.service import request_id
from hm_auth.tokens import Claims
from tests.hm_auth.fake_nexus import company

COMPANIES = directory.COMPANIES


def caller(nexus, username: str = "tech") -> Caller:
    token = nexus.access(username)
    claims = connection.verifier.access(token)
    assert isinstance(claims, Claims)
    return Caller.person(claims, token)


def test_all_pages_are_read_in_few_calls_and_never_from_another_host(nexus):
    nexus.companies = [company(f"Company {number}") for number in range(1100)]
    rows = list(directory.iter_companies(caller(nexus)))
    assert [row["name"] for row in rows] == [row["name"] for row in nexus.companies]
    assert nexus.asked[COMPANIES] == 3


def test_many_ids_are_read_in_bunches_of_500(nexus):
    nexus.companies = [company(f"Company {number}") for number in range(700)]
    wanted = [uuid.UUID(row["id"]) for row in nexus.companies]
    found = directory.companies_by_id(caller(nexus), [*wanted, uuid.uuid4(), wanted[0]])
    assert set(found) == set(wanted)
    assert found[wanted[3]]["name"] == "Company 3"
    assert nexus.asked[COMPANIES] == 2


def test_no_ids_no_call(nexus):
    assert directory.companies_by_id(Caller("x", "x"), []) == {}
    assert not nexus.asked


def test_what_has_not_changed_is_not_sent_again(nexus):
    nexus.companies = [company("Acme")]
    tech = caller(nexus)
    first = directory.companies(tech)
    second = directory.companies(tech)
    assert second.data == first.data
    assert nexus.seen[-1]["headers"]["If-None-Match"]
    assert not second.stale
    nexus.companies.append(company("Globex"))
    assert len(directory.companies(tech).data["results"]) == 2


def test_a_young_answer_is_given_without_asking(nexus):
    tech = caller(nexus)
    for _ in range(3):
        connection.client.get("/api/modules/", caller=tech, max_age=60)
    assert nexus.asked["/api/modules/"] == 1


def test_one_client_never_gets_what_another_was_answered(nexus):
    acme, globex = (company(name, id=nexus.people[name]["company"]) for name in ("acme", "globex"))
    nexus.companies = [acme, globex]
    assert directory.companies(caller(nexus, "acme")).data["results"] == [acme]
    nexus.down = True
    with pytest.raises(NexusUnavailable):
        directory.companies(caller(nexus, "globex"))
    assert directory.companies(caller(nexus, "acme")).data["results"] == [acme]


def test_after_a_changed_level_nothing_of_the_old_level_is_shown(nexus):
    nexus.companies = [company("Acme")]
    directory.companies(caller(nexus, "tech"))
    nexus.people["tech"] |= {"permission_level": "client", "company": str(uuid.uuid4())}
    former = caller(nexus, "tech")
    nexus.down = True
    with pytest.raises(NexusUnavailable):
        directory.companies(former)


def test_in_an_outage_the_last_answer_is_shown_and_says_so(nexus):
    nexus.companies = [company("Acme")]
    tech = caller(nexus)
    fresh = directory.companies(tech)
    nexus.down = True
    late = directory.companies(tech)
    assert (late.data, late.stale, late.at) == (fresh.data, True, fresh.at)


def test_in_an_outage_pages_stay_fast(nexus):
    tech = caller(nexus)
    directory.companies(tech)
    nexus.down = True
    directory.companies(tech)
    asked = nexus.asked.total()
    started = time.perf_counter()
    for _ in range(20):
        assert directory.companies(tech).stale
    assert time.perf_counter() - started < 0.2
    assert nexus.asked.total() == asked


def test_when_nexus_is_back_it_is_asked_again(nexus, monkeypatch):
    tech = caller(nexus)
    directory.companies(tech)
    nexus.down = True
    directory.companies(tech)
    nexus.down = False
    monkeypatch.setattr(connection.client.transport, "_down_until", time.monotonic())
    assert not directory.companies(tech).stale


def test_a_read_is_tried_again_and_a_password_is_not(nexus):
    nexus.down = True
    with pytest.raises(NexusUnavailable):
        connection.client.get(COMPANIES, caller=None)
    assert nexus.asked[COMPANIES] == 3
    with pytest.raises(NexusUnavailable):
        connection.client.sign_in("tech", "secret", ip=None, user_agent="")
    assert nexus.asked["/api/token/"] == 1
    with pytest.raises(NexusUnavailable):
        connection.client.code_for("other", caller=Caller("x", "x"))
    assert nexus.asked["/api/token/code/"] == 1


def test_nobody_waits_long_for_a_silent_nexus(nexus, settings):
    settings.HM_AUTH = {**settings.HM_AUTH, "READ_TIMEOUT": 0.2}
    nexus.delay = 2
    started = time.perf_counter()
    with pytest.raises(NexusUnavailable):
        connection.client.get(COMPANIES, caller=None)
    assert time.perf_counter() - started < 1
    assert nexus.asked[COMPANIES] == 1, "waiting three times as long helps nobody"


def test_a_nexus_that_is_not_there_at_all(nexus, settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.HM_AUTH = {**settings.HM_AUTH, "NEXUS_URL": f"http://127.0.0.1:{port}"}
    with pytest.raises(NexusUnavailable):
        connection.client.get(COMPANIES, caller=None)


def test_a_redirect_is_not_followed_with_a_password(nexus):
    nexus.fail_with = (307, {}, {"Location": nexus.url + "/elsewhere"})
    with pytest.raises(NexusUnavailable):
        connection.client.sign_in("tech", "secret", ip=None, user_agent="")
    assert nexus.asked["/elsewhere"] == 0


def test_credentials_are_our_own_whatever_the_environment_says(nexus, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login evil password evil\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    tech = caller(nexus)
    directory.companies(tech)
    assert nexus.seen[-1]["headers"]["Authorization"] == f"Bearer {tech.token}"


def test_the_request_id_travels_along(nexus):
    token = request_id.current.set("abc-123")
    try:
        directory.companies(caller(nexus))
    finally:
        request_id.current.reset(token)
    assert nexus.seen[-1]["headers"]["X-Request-ID"] == "abc-123"


def test_a_refusal_keeps_its_code_and_its_wait(nexus):
    nexus.fail_with = (429, {"code": "throttled", "detail": "Slowly."}, {"Retry-After": "7"})
    with pytest.raises(NexusRefused) as refusal:
        directory.companies(Caller("x", "x"))
    assert (refusal.value.status, refusal.value.code, refusal.value.retry_after) == (
        429,
        "throttled",
        7,
    )


def test_a_refusal_is_not_papered_over_with_old_data(nexus):
    tech = caller(nexus)
    directory.companies(tech)
    nexus.fail_with = (403, {"code": "permission_denied"}, {})
    with pytest.raises(NexusRefused):
        directory.companies(tech)


def test_the_modules_own_token_is_asked_for_once(nexus):
    first = connection.client.service_caller()
    assert connection.client.service_caller() == first
    assert nexus.asked["/api/token/service/"] == 1


def test_the_modules_own_token_is_replaced_before_it_expires(nexus, monkeypatch):
    connection.client.service_caller()
    later = time.monotonic() + 571
    monkeypatch.setattr("hm_auth.client.time.monotonic", lambda: later)
    connection.client.service_caller()
    assert nexus.asked["/api/token/service/"] == 2
