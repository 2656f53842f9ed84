"""Who reaches what: every address of the service by every level, the outsider, and strangers.

An address that the table below does not have fails a test: whoever adds one says who may use it.
"""

from __future__ import annotations

import uuid

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

import hm_auth.urls
from hm_auth.access import may
from hm_auth.rest import docs
from sample.capabilities import CAPABILITIES, INTERNAL, OPEN, WRITE
from sample.items.models import Item
from tests.sample.conftest import PEOPLE

STAFF = {"admin", "technician", "billing"}
MAY = {OPEN: set(PEOPLE), INTERNAL: STAFF, WRITE: {"admin", "technician"}}

# The addresses of this module: what it takes, and whether it is about one company's row.
OURS = {
    "home": (OPEN, False),
    "item": (OPEN, True),
    "item-new": (WRITE, False),
    "item-edit": (WRITE, True),
    "api-item-list": (OPEN, False),
    "api-item-detail": (OPEN, True),
}


def names(patterns) -> set[str]:
    """Return the name of every address below ``patterns``; one without a name is another's form."""
    found: set[str] = set()
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            found |= names(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(pattern.name)
    return found


# Brought by hm_auth and tested there.
BROUGHT = names(hm_auth.urls.urlpatterns) | names(docs.urlpatterns)


def address(name: str, row: Item) -> str:
    return reverse(name, args=[row.pk] if OURS[name][1] else [])


def test_every_address_is_in_the_table():
    assert names(get_resolver().url_patterns) - OURS.keys() - BROUGHT == set()


def test_the_capabilities_are_those_of_the_table(people):
    assert CAPABILITIES.keys() == MAY.keys()
    for capability, allowed in MAY.items():
        assert {name for name in PEOPLE if may(people[name].user, capability)} == allowed


@pytest.mark.parametrize("name", OURS)
def test_an_address_is_there_for_those_who_may(people, items, who, name):
    capability, about_a_row = OURS[name]
    for company, row in items.items():
        status = people[who].browser.get(address(name, row)).status_code
        if about_a_row and who not in STAFF and who != company:
            assert status == 404, company  # another company's row is not there at all
        elif who not in MAY[capability]:
            assert status == 403, company
        else:
            assert status == 200, company


@pytest.mark.parametrize("name", OURS)
def test_strangers_sign_in_first(client, items, name):
    answer = client.get(address(name, items["acme"]))
    if name.startswith("api-"):
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
    else:
        assert answer.url.startswith("/auth/login?next=")


def test_lists_show_what_one_may_see_and_no_title_more(people, items, who):
    page = people[who].browser.get("/?q=printer").content.decode()
    rows = people[who].browser.get("/api/items/").json()["results"]
    for company, row in items.items():
        seen = who in STAFF or who == company
        assert (row.title in page) == seen
        assert (str(row.pk) in {each["id"] for each in rows}) == seen


@pytest.mark.parametrize("who", sorted(set(PEOPLE) - MAY[WRITE]))
def test_nothing_that_a_reader_sends_changes_anything(people, items, who):
    before = list(Item.objects.order_by("id").values())
    browser = people[who].browser
    typed = {"title": "Mine", "state": "done", "version": "1", "company_id": str(uuid.uuid4())}
    for row in items.values():
        for page in (reverse("item-new"), reverse("item-edit", args=[row.pk])):
            assert browser.post(page, typed).status_code in (403, 404)
        for method, place in (("post", ""), ("patch", f"{row.pk}/")):
            send = getattr(browser, method)
            answer = send(
                f"/api/items/{place}", typed, "application/json", headers={"If-Match": "*"}
            )
            assert answer.status_code in (403, 404)
    assert list(Item.objects.order_by("id").values()) == before


def test_a_client_learns_no_name_of_the_staff(people, items):
    browser = people["acme"].browser
    row = items["acme"]
    for place in ("/", f"/items/{row.pk}", f"/api/items/{row.pk}/"):
        assert "Theo" not in browser.get(place).content.decode(), place


def test_a_client_without_a_company_sees_nothing(people, items):
    nobody = people["acme"].user
    nobody.company_id = None
    assert not Item.objects.visible_to(nobody).exists()
