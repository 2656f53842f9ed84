"""Menu, companies page, health, and what every answer carries."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest
from django.db import DatabaseError

from hm_auth import nexus as connection
from hm_auth.models import Session
from hm_auth.service import logs
from hm_auth.ui.frame import Person
from hm_auth.ui.templatetags.hm import drawn
from tests.hm_auth.fake_nexus import company


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_the_menu_leads_to_the_other_services_with_the_sign_in(nexus, sign_in):
    page = text_of(sign_in("tech").get("/"))
    assert 'href="http://other.test/auth/start?from=sample"' in page
    assert 'href="http://nexus.test/auth/start?from=sample"' in page
    assert "/auth/start?from=sample&amp;next=%2Faccount" in page
    assert "http://testserver/auth/start" not in page, "this service itself is no other"


def test_the_menu_is_asked_for_once_a_minute_and_level(nexus, sign_in):
    tech, other_tech, acme = sign_in("tech"), sign_in("tech"), sign_in("acme")
    for client in (tech, tech, other_tech):
        client.get("/")
    assert nexus.asked["/api/modules/"] == 1
    acme.get("/")
    assert nexus.asked["/api/modules/"] == 2


def test_without_nexus_a_page_has_no_menu_but_is_a_page(nexus, sign_in):
    client = sign_in("tech")
    nexus.down = True
    answer = client.get("/")
    assert answer.status_code == 200
    assert "other.test" not in text_of(answer)
    asked = nexus.asked.total()
    client.get("/")
    assert nexus.asked.total() == asked, "a page does not wait for its menu again and again"


def test_staff_see_the_companies_and_can_search_them(nexus, sign_in):
    nexus.companies = [company("Acme <b>"), company("Globex", status="former")]
    client = sign_in("tech")
    page = text_of(client.get("/companies"))
    assert "Acme &lt;b&gt;" in page
    assert "Former" in page
    page = text_of(client.get("/companies?q=glo"))
    assert "Globex" in page
    assert "Acme" not in page
    assert "Nothing was found for “nobody”." in text_of(client.get("/companies?q=nobody"))


def test_a_client_sees_their_own_company_only(nexus, sign_in):
    nexus.companies = [
        company("Acme", id=nexus.people["acme"]["company"]),
        company("Globex", id=nexus.people["globex"]["company"]),
    ]
    page = text_of(sign_in("acme").get("/companies"))
    assert "Acme" in page
    assert "Globex" not in page


def test_companies_come_in_pages(nexus, sign_in):
    nexus.companies = [company(f"Company {number:03}") for number in range(60)]
    client = sign_in("tech")
    page = text_of(client.get("/companies"))
    assert "Company 049" in page
    assert "Company 050" not in page
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert "Company 050" in text_of(client.get("/companies" + following[1]))


def test_no_companies_yet_says_where_they_come_from(sign_in):
    assert "Companies are kept in Nexus" in text_of(sign_in("tech").get("/companies"))


def test_in_an_outage_the_last_companies_are_shown_with_a_notice(nexus, sign_in):
    nexus.companies = [company("Acme")]
    client = sign_in("tech")
    client.get("/companies")
    nexus.down = True
    answer = client.get("/companies")
    assert answer.status_code == 200
    assert "Acme" in text_of(answer)
    assert "This is the directory as of" in text_of(answer)
    never_read = client.get("/companies?q=other")
    assert never_read.status_code == 503
    assert "will be back" in text_of(never_read)


def test_a_cursor_changed_by_hand_leads_to_the_first_page(nexus, sign_in):
    client = sign_in("tech")
    nexus.fail_with = (400, {"code": "invalid"}, {})
    assert client.get("/companies?after=nonsense")["Location"] == "/companies"


def test_a_companies_page_costs_one_query(nexus, sign_in, django_assert_num_queries):
    client = sign_in("tech")
    client.get("/companies")
    with django_assert_num_queries(1):
        client.get("/companies")


def test_a_living_process_says_so_without_a_query(db, browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert browser.get("/healthz").content == b"ok\n"


def test_ready_means_database_and_keys(nexus, db, browser):
    answer = browser.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "keys": "ok"}


def test_not_ready_while_no_key_of_nexus_is_known(nexus, db, browser):
    nexus.down = True
    answer = browser.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "keys": "unknown"}


def test_not_ready_without_a_database(nexus, browser, monkeypatch, db):
    connection.verifier.store.current()

    def refuse(*_: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr("hm_auth.views.machines.connection.cursor", refuse)
        assert browser.get("/readyz").json()["database"] == "unreachable"


def test_every_page_carries_the_strict_policy(db, browser):
    policy = browser.get("/auth/login")["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_path_may_be_given_another_policy(db, browser, settings):
    settings.HM_CSP_OVERRIDES = {"/auth/": {"script-src": "'self' 'unsafe-eval'"}}
    assert (
        "script-src 'self' 'unsafe-eval';" in browser.get("/auth/login")["Content-Security-Policy"]
    )
    assert "unsafe" not in browser.get("/healthz")["Content-Security-Policy"]


@pytest.mark.parametrize("sent", ["abc-123", "A" * 64])
def test_a_request_keeps_the_id_it_came_with(db, browser, sent):
    assert browser.get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "A" * 65, "a\nb", "ä", "<script>"])
def test_an_odd_request_id_is_replaced(db, browser, sent):
    answer = browser.get("/healthz", headers={"X-Request-ID": sent})
    assert re.fullmatch("[0-9a-f]{32}", answer["X-Request-ID"])


def test_the_access_log_names_the_person_and_not_what_they_searched_for(sign_in, caplog):
    client = sign_in("tech")
    with caplog.at_level(logging.INFO, logger="hm.access"):
        client.get("/plain?q=secret")
    record = caplog.records[-1]
    assert (record.method, record.path, record.status, record.user) == (
        "GET",
        "/plain",
        200,
        "tech",
    )
    assert "secret" not in caplog.text


def test_a_json_line_of_the_log_has_the_request_the_person_and_how_long_it_took(sign_in):
    client, written = sign_in("tech"), io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logs.JsonFormatter("sample"))
    access = logging.getLogger("hm.access")
    access.addHandler(handler)
    try:
        answer = client.get("/plain", headers={"X-Request-ID": "from-the-proxy"})
    finally:
        access.removeHandler(handler)
    line = json.loads(written.getvalue())
    assert line["request_id"] == answer["X-Request-ID"] == "from-the-proxy"
    assert (line["service"], line["user"], line["status"]) == ("sample", "tech", 200)
    assert 0 < line["ms"] < 60_000


def test_pages_of_the_signed_in_are_not_kept_by_anybody_else(sign_in):
    assert sign_in("tech").get("/plain")["Cache-Control"] == "private, no-store"


def test_a_page_that_does_not_exist_is_a_page(db, browser):
    answer = browser.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no such page" in text_of(answer)
    assert browser.get("/api/nowhere").json()["code"] == "not_found"


def test_a_signed_in_row_is_whole(db):
    with pytest.raises(Exception, match="hm_auth_session_whole_or_anonymous"):
        Session.objects.create(
            session_key="x",
            session_data="",
            expire_date="2030-01-01T00:00Z",
            sid="4f1c7c3e-4b37-4b4e-a6f5-0c6a38a5c8f1",
        )


@pytest.mark.parametrize(
    "cookie",
    [
        r'"\000aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"', r'"aaaaaaaaaaaaaaaa\000"', "x" * 5000,
        "' OR 1=1 --aaaaaaaaaaaaaaaaaaaaa", "%s%(x)s%%", r'"\377\200aaaaaaaaaa"', "a" * 32, "",
    ],
)  # fmt: skip
def test_an_odd_session_cookie_is_a_strangers(db, browser, settings, cookie):
    answer = browser.get("/", HTTP_COOKIE=f"{settings.SESSION_COOKIE_NAME}={cookie}")
    assert (answer.status_code, answer["Location"][:11]) == (302, "/auth/login")


def test_nobody_gets_the_frame_that_was_drawn_for_another(nexus, sign_in):
    people = {name: sign_in(name) for name in ("billing", "tech")}
    pages = [(name, browser.get("/").content.decode()) for name, browser in people.items()] * 2
    for name, page in pages:
        menu = page[page.index("hm-menu-who") : page.index("hm-theme")]
        assert f">{name} ·" in menu
    facts = Person("</a><script>", "x' onclick=", "Admin", "javascript:x")
    kept = drawn("hm/parts/user_menu.html", facts)
    assert "<script>" not in kept
    assert "csrf" not in kept
