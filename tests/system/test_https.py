"""The services as a server has them: three host names, https, Caddy before them."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import expect

from tests.system.behind_caddy import behind_caddy
from tests.system.conftest import launch
from tests.system.test_sign_on import open_from_menu, sign_in


@pytest.fixture(scope="module")
def https(stack, tmp_path_factory):
    with behind_caddy(stack, tmp_path_factory.mktemp("caddy")) as running:
        yield running


@pytest.fixture(scope="module")
def secure_browser(playwright, https):
    """A browser that finds the names here and trusts Caddy's authority and no other."""
    browser = launch(
        playwright,
        "--host-resolver-rules=MAP *.hivematrix.test 127.0.0.1",
        f"--ignore-certificate-errors-spki-list={https.authority}",
    )
    yield browser
    browser.close()


@pytest.fixture
def visit(secure_browser):
    context = secure_browser.new_context()
    context.set_default_timeout(10_000)
    yield context
    context.close()


def test_one_sign_in_opens_every_host_name_over_https(https, visit):
    page = visit.new_page()
    problems = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    sign_in(page, https.urls["treasury"], "tech")
    names = ("Archive", "Nexus", "Treasury")
    for name in names:
        open_from_menu(page, name)
        page.wait_for_url(https.urls[name.lower()] + "/**")
        expect(page.get_by_role("banner")).to_contain_text(name)
        assert page.evaluate("window.isSecureContext")
    assert problems == []

    cookies = {(cookie["name"], cookie["domain"]): cookie for cookie in visit.cookies()}
    assert {name for name, _domain in cookies} >= {f"{each.lower()}_session" for each in names}
    for (name, domain), cookie in cookies.items():
        assert cookie["secure"], name
        assert domain == f"{name.split('_')[0]}.hivematrix.test", name  # no name shares its cookies
        assert cookie["httpOnly"] or name.endswith("_csrf")


def test_every_answer_insists_on_https_and_is_small(https, visit):
    page = visit.new_page()
    for name, url in https.urls.items():
        for path in ("/auth/login", "/no/such/page", "/metrics"):
            answer = page.goto(url + path)
            assert answer.header_value("strict-transport-security") == "max-age=31536000", path
            assert answer.header_value("x-content-type-options") == "nosniff"
            assert answer.header_value("server") is None
        assert page.goto(f"{url}/auth/login").header_value("content-encoding") in {"zstd", "gzip"}
        figures = page.goto(f"{url}/metrics")
        assert figures.status == 404, name
        assert figures.text() == "404: this is asked for inside."  # Caddy says it, not the service


def test_plain_http_leads_to_https(https):
    for name in https.urls:
        host = f"{name}.hivematrix.test"
        answer = requests.get(
            f"http://127.0.0.1:{https.http_port}/auth/login",
            headers={"Host": host}, allow_redirects=False, timeout=10,
        )  # fmt: skip
        assert answer.status_code == 308
        assert answer.headers["Location"] == f"https://{host}/auth/login"


def test_a_client_sees_their_own_and_another_companys_page_is_not_there(https, visit):
    treasury = https.urls["treasury"]
    page = visit.new_page()
    sign_in(page, treasury, "acme")
    page.goto(f"{treasury}/invoices")
    invoice = page.locator("a[href^='/invoices/']").first.get_attribute("href")
    assert page.goto(treasury + invoice).status == 200
    visit.clear_cookies()
    sign_in(page, treasury, "globex")
    assert page.goto(treasury + invoice).status == 404


def test_a_request_that_is_too_large_ends_at_the_door(https, visit):
    page = visit.new_page()
    page.goto(https.urls["nexus"] + "/auth/login")
    send = (
        "size => fetch('/auth/login', {method: 'POST', body: 'x'.repeat(size)}).then(r => r.status)"
    )
    assert page.evaluate(send, 1024 * 1024 + 1) == 413
    assert page.evaluate(send, 1000) == 403  # no CSRF token, but it arrived
