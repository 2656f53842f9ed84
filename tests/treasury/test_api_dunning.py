"""Reminders and late fees over REST: suggested by policy, decided once."""

from __future__ import annotations

import pytest

from tests.treasury.people import ACME, GLOBEX, issued
from treasury.delivery.models import Delivery
from treasury.dunning import suggestions

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(callers):
    issued(ACME)
    return callers["billing"]


def test_a_reminder_is_approved_once_and_goes_to_whom_the_client_named(
    clerk, django_assert_num_queries
):
    clerk.patch(f"client-terms/{ACME}/", {"invoice_emails": ["ap@acme.example"]})
    with django_assert_num_queries(4):
        (each,) = clerk.get("suggestions/").json()["suggestions"]
    assert (each["measure"], each["number"], each["amount"]) == ("reminder", "INV-00001", "110.70")
    assert "110.70 EUR" in each["text"]
    done = clerk.post("suggestions/approve/", {"keys": [each["key"]]}).json()
    assert ([row["stage"] for row in done["notices"]], done["left_out"]) == ([each["stage"]], [])
    again = clerk.post("suggestions/approve/", {"keys": [each["key"]]}).json()
    assert again == {"notices": [], "left_out": []}
    assert Delivery.objects.get().to == ["ap@acme.example"]
    assert clerk.get("notices/").json()["results"] == done["notices"]


def test_without_an_address_it_is_left_out_and_named(clerk):
    (each,) = clerk.get("suggestions/").json()["suggestions"]
    done = clerk.post("suggestions/approve/", {"keys": [each["key"]]}).json()
    assert done["notices"] == []
    assert done["left_out"][0].startswith("Acme, INV-00001: Nobody is known")


def test_what_is_dismissed_says_why_and_is_not_suggested_again(clerk):
    (each,) = clerk.get("suggestions/").json()["suggestions"]
    silent = clerk.post("suggestions/dismiss/", {"keys": [each["key"]]})
    assert list(silent.json()["errors"]) == ["reason"]
    body = {"keys": [each["key"]], "reason": "We agreed on January"}
    assert clerk.post("suggestions/dismiss/", body).json()["notices"][0]["reason"] == body["reason"]
    assert clerk.get("suggestions/").json()["suggestions"] == []


def test_more_than_a_page_holds_follow_at_next(clerk, monkeypatch):
    monkeypatch.setattr(suggestions, "SIZE", 1)
    issued(GLOBEX)
    first = clerk.get("suggestions/").json()
    address = first["next"].partition("/api/")[2]
    second = clerk.get(address).json()
    numbers = [each["number"] for page in (first, second) for each in page["suggestions"]]
    assert (numbers, second["next"]) == (["INV-00001", "INV-00002"], None)
