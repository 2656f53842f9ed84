"""Sign in once, work everywhere; sign out once, out everywhere."""

from __future__ import annotations

import re
import time

from playwright.sync_api import Page, expect


def sign_in(page: Page, url: str, username: str) -> None:
    page.goto(url)
    page.get_by_label("Username").fill(username)
    page.get_by_label("Password", exact=True).fill("hivematrix-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/auth/" not in address)


def open_from_menu(page: Page, name: str) -> None:
    """Use the menu of other services; on a wide screen it may have to be opened first."""
    link = page.get_by_role("link", name=name, exact=True).first
    if not link.is_visible():
        page.get_by_label("Switch service").click()
    link.click()


def test_tech_signs_in_at_treasury_opens_archive_and_ends_the_session_in_nexus(
    stack, page, context
):
    urls = stack.urls
    sign_in(page, urls["treasury"], "tech")
    expect(page.get_by_role("banner")).to_contain_text("Treasury")

    open_from_menu(page, "Archive")
    page.wait_for_url(urls["archive"] + "/**")
    expect(page.get_by_role("banner")).to_contain_text("Archive")

    open_from_menu(page, "Nexus")
    page.wait_for_url(urls["nexus"] + "/**")
    page.goto(urls["nexus"] + "/account")
    current = page.get_by_role("row").filter(has_text="This session")
    expect(current).to_contain_text("Treasury")
    expect(current).to_contain_text("Archive")
    current.get_by_role("button", name="End").click()
    confirm = page.get_by_role("dialog").get_by_role("button", name="End")
    if confirm.count():
        confirm.first.click()
    ended = time.monotonic()

    for service in ("treasury", "archive"):
        other = context.new_page()
        other.goto(urls[service])
        expect(other).to_have_url(login_page(urls[service]))
    assert time.monotonic() - ended < 5
    assert page.problems == []


def login_page(url: str) -> re.Pattern[str]:
    return re.compile(re.escape(url) + r"/auth/login")


def test_a_link_with_somebody_elses_code_signs_nobody_in(stack, person):
    tech = person("tech")
    tech.sign_in("treasury")
    answer = tech.get(
        "treasury", "/auth/authorize?client_id=archive&state=stolen", allow_redirects=False
    )
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(stack.urls["archive"] + "/auth/callback?")

    victim = person("acme")
    victim.http.get(answer.headers["Location"], timeout=20)
    assert not victim.is_signed_in("archive")


def test_authorize_never_sends_a_code_to_an_address_from_the_query(stack, person):
    tech = person("tech")
    tech.sign_in("treasury")
    answer = tech.get(
        "treasury",
        "/auth/authorize?client_id=archive&state=x&redirect_uri=http://evil.example/&next=//evil.example",
        allow_redirects=False,
    )
    assert answer.headers["Location"].startswith(stack.urls["archive"])
    assert tech.get(
        "treasury", "/auth/authorize?client_id=unknown&state=x", allow_redirects=False
    ).status_code in {400, 404}


def test_one_account_signs_in_to_every_service(stack, person):
    for username in ("admin", "tech", "billing", "acme", "globex"):
        somebody = person(username)
        for service in stack.urls:
            somebody.sign_in(service)
            assert somebody.is_signed_in(service), (username, service)


def test_signing_out_of_a_module_ends_that_sign_in_everywhere(stack, person):
    tech = person("tech")
    tech.sign_in("treasury")
    tech.get("archive", "/auth/start?from=treasury")
    assert tech.is_signed_in("archive")
    elsewhere = person("tech")
    elsewhere.sign_in("archive")

    tech.post("treasury", "/auth/logout", {})
    assert not tech.is_signed_in("treasury")
    assert not tech.is_signed_in("archive")
    assert elsewhere.is_signed_in("archive")


def test_back_shows_nothing_after_signing_out(stack, browser_with_memory):
    for service in ("nexus", "treasury"):
        page = browser_with_memory.new_context().new_page()
        sign_in(page, stack.urls[service], "tech")
        page.goto(stack.urls[service] + "/companies")
        expect(page.get_by_text("Globex Logistics").first).to_be_visible()
        page.locator("details[data-hm-menu] > summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page).to_have_url(login_page(stack.urls[service]))
        page.go_back()
        expect(page).to_have_url(login_page(stack.urls[service]))
        assert page.get_by_text("Globex Logistics").count() == 0


def test_a_demo_that_is_set_up_again_with_newer_code_signs_people_in(stack, person):
    stack.register("archive")
    tech = person("tech")
    tech.sign_in("archive")
    assert tech.get("archive", "/recent").url == stack.urls["archive"] + "/recent"
