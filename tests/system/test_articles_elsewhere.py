"""Archive's articles on Nexus's page of a company and on Treasury's of a client, and back."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.system.test_archive_writing import somebody
from tests.system.test_pages import WIDE, look

ACME = "9396e6f7-dba4-5731-bf01-01218701fbdb"
PLACES = {"nexus": "/companies/C-1001", "treasury": f"/clients/{ACME}"}


def panel(page: Page):
    return page.get_by_role("region", name="Articles")


@pytest.mark.parametrize("service", PLACES)
def test_the_articles_about_a_company_are_on_its_page(stack, browser: Browser, service):
    tech = somebody(browser, stack.urls[service], "tech")
    tech.goto(stack.urls[service] + PLACES[service])
    shown = panel(tech)
    expect(shown.get_by_role("listitem")).to_have_count(6)
    look(tech, f"{service}-articles")
    tech.set_viewport_size(WIDE)
    title = shown.get_by_role("link").first.inner_text()
    shown.get_by_role("link").first.click()  # signs in at Archive on the way
    expect(tech.get_by_role("heading", level=1)).to_have_text(title)
    assert tech.url.startswith(stack.urls["archive"] + "/articles/acme-manufacturing/")
    tech.goto(stack.urls[service] + PLACES[service])
    panel(tech).get_by_role("link", name="All in Archive").click()
    tech.wait_for_url(stack.urls["archive"] + "/spaces/acme-manufacturing")
    tech.get_by_role("link", name=f"In {service.capitalize()}").click()
    tech.wait_for_url(re.compile(re.escape(stack.urls[service] + PLACES[service])))
    assert tech.problems == []


@pytest.mark.parametrize("service", PLACES)
def test_a_client_finds_what_is_open_to_them_and_the_outsider_nothing(stack, person, service):
    acme, globex, tech = person("acme"), person("globex"), person("tech")
    for each in (acme, globex, tech):
        each.sign_in(service)
    path = PLACES[service] + "/articles"
    whole = acme.get(service, path).text  # as a browser without JavaScript asks
    assert "<h1" in whole
    assert "next=%2Farticles%2Facme-manufacturing%2F" in whole
    seen = set(re.findall(r"acme-manufacturing%2F([\w-]+)", whole))
    part = tech.get(service, path, headers={"HX-Request": "true"}).text
    assert "<h1" not in part
    staff = set(re.findall(r"acme-manufacturing%2F([\w-]+)", part))
    closed = {"backup-of-acme", "network-of-the-naas-works", "machines-on-the-shop-floor"}
    assert closed & staff
    assert seen
    assert not closed & seen
    assert globex.get(service, path).status_code == 404
    assert globex.get(service, PLACES[service]).status_code == 404


def test_without_archive_the_pages_are_there_and_say_so(stack, browser: Browser, person):
    tech = person("tech")
    stack.stop("archive")
    try:
        for service, path in PLACES.items():
            page = somebody(browser, stack.urls[service], "tech")
            page.goto(stack.urls[service] + path)
            expect(panel(page)).to_contain_text("Archive does not answer right now")
            expect(page.get_by_role("heading", level=1)).to_have_text("Acme Manufacturing")
            assert page.problems == []
            tech.sign_in(service)
            answer = tech.get(service, path + "/articles")
            assert answer.status_code == 200
            assert "Archive does not answer right now" in answer.text
            assert answer.elapsed.total_seconds() < 3
    finally:
        stack.start("archive")
