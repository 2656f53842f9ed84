"""The module beside the other services: one sign-in, in every menu, over when Nexus says so."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.system.test_revocation import set_user
from tests.system.test_sign_on import login_page, open_from_menu, sign_in

TITLE = "Sample"


def test_it_is_in_the_menu_of_every_service(stack, person):
    tech = person("tech")
    for service, url in stack.urls.items():
        tech.sign_in(service)
        page = tech.get(service, "/").text
        assert service == "sample" or (TITLE in page and stack.urls["sample"] in page), url


def test_somebody_comes_from_another_service_works_and_signs_out(stack, page):
    sign_in(page, stack.urls["nexus"], "tech")
    open_from_menu(page, TITLE)
    page.wait_for_url(stack.urls["sample"] + "/**")
    page.get_by_label("Search").fill("battery")  # while typing, without a button
    expect(page.get_by_role("link", name="Label the new switch ports")).to_have_count(0)
    page.get_by_role("link", name="Replace the battery of the UPS").click()
    expect(page.get_by_role("main")).to_contain_text("Acme Manufacturing")
    page.locator("details[data-hm-menu] > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(login_page(stack.urls["sample"]))
    assert page.problems == []


def test_who_is_disabled_in_nexus_is_out_at_once(stack, person):
    acme = person("acme")
    acme.sign_in("sample")
    home = acme.get("sample", "/").text
    assert "Replace the battery of the UPS" in home
    assert "Label the new switch ports" not in home  # Globex's
    set_user(stack, "acme", is_active=False)
    try:
        assert not acme.is_signed_in("sample")
        acme.sign_in("sample")
        assert not acme.is_signed_in("sample")
    finally:
        set_user(stack, "acme", is_active=True)
