"""The pages: what people type is kept, two of them at once, an outage, and what a page costs."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from sample.items import operations
from sample.items.models import Item
from sample.items.rules import is_overdue, words
from tests.sample.conftest import ACME, GLOBEX

TODAY = date(2026, 11, 24)


@pytest.fixture
def technician(people):
    return people["technician"]


def test_a_technician_writes_an_item_and_its_client_reads_it(people, technician):
    typed = {"company_id": str(ACME), "title": "Replace the UPS", "state": "open", "due": ""}
    answer = technician.browser.post("/items/new", typed)
    row = Item.objects.get()
    assert answer.url == f"/items/{row.pk}"
    assert "Acme Manufacturing" in technician.browser.get(answer.url).content.decode()
    assert "Replace the UPS" in people["acme"].browser.get("/").content.decode()


def test_a_rejected_form_keeps_what_was_typed(technician, items):
    typed = {
        "company_id": str(ACME),
        "title": "Printer of acme",
        "details": "Long",
        "state": "open",
    }
    page = technician.browser.post("/items/new", typed).content.decode()
    assert "an open item of this title already" in page
    assert "Long" in page
    assert Item.objects.count() == 2


def test_the_second_of_two_who_edit_at_once_is_told_and_loses_nothing(people, technician, items):
    place = f"/items/{items['acme'].pk}/edit"
    typed = {"title": "Theirs", "state": "open", "version": "1"}
    assert people["admin"].browser.post(place, typed).status_code == 302
    answer = technician.browser.post(place, {**typed, "title": "Mine"})
    page = answer.content.decode()
    assert answer.status_code == 412
    assert "Zoë Admin has saved this item" in page
    assert "Mine" in page
    assert Item.objects.get(pk=items["acme"].pk).title == "Theirs"
    assert technician.browser.post(place, {**typed, "title": "Mine", "version": "2"}).url


def test_the_history_says_who_it_was(technician, items):
    row = items["acme"]
    row.title = "Another"
    operations.save(item=row, expected_version=1, by=technician.user)
    events = Item.pgh_event_model.objects.filter(pgh_obj=row).order_by("pgh_id")
    assert [event.title for event in events] == ["Printer of acme", "Another"]
    assert events[1].pgh_context.metadata["name"] == "Theo"


def test_the_database_holds_what_the_form_says(technician, items):
    with pytest.raises(ValidationError, match="open item of this title"):
        operations.create(item=Item(company_id=ACME, title="Printer of acme"), by=technician.user)
    for values, name in (
        ({"title": ""}, "item_has_a_title"),
        ({"state": "lost"}, "item_state_known"),
        ({"company_id": ACME, "title": "Printer of acme"}, "item_open_once"),
    ):
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            Item.objects.filter(company_id=GLOBEX).update(**values)


def test_the_list_is_searched_filtered_sorted_and_says_when_nothing_is_there(technician, items):
    browser = technician.browser
    Item.objects.filter(pk=items["globex"].pk).update(state="done")
    assert "Printer of globex" not in browser.get("/?state=open&q=PRINT").content.decode()
    page = browser.get("/?sort=title").content.decode()
    assert page.index("Printer of acme") < page.index("Printer of globex")
    assert "No item matches" in browser.get("/?q=scanner").content.decode()
    Item.objects.all().delete()
    assert "Write the first" in browser.get("/").content.decode()


def test_htmx_gets_the_table_alone(technician, items):
    part = technician.browser.get("/?q=acme", headers={"HX-Request": "true"}).content.decode()
    assert "Printer of acme" in part
    assert "<html" not in part


def test_while_nexus_is_down_people_read_on(technician, items, nexus):
    nexus.down = True
    assert "Unknown company" in technician.browser.get("/").content.decode()
    assert technician.browser.get(f"/items/{items['acme'].pk}").status_code == 200
    assert "Nexus does not answer" in technician.browser.get("/items/new").content.decode()


def test_a_page_costs_few_queries_however_long_the_list(
    technician, items, django_assert_num_queries
):
    for number in range(60):
        operations.create(item=Item(company_id=ACME, title=f"No. {number}"), by=technician.user)
    # The session, then the rows.
    for place in ("/", "/?sort=title&q=no", f"/items/{items['acme'].pk}"):
        with django_assert_num_queries(2):
            assert technician.browser.get(place).status_code == 200
    first = technician.browser.get("/?sort=title").context["page"]
    second = technician.browser.get("/", {"sort": "title", "after": first.next}).context["page"]
    assert len(first.rows) + len(second.rows) == 62


@pytest.mark.parametrize(
    ("days", "done", "late"),
    [(-1, False, True), (-1, True, False), (0, False, False), (1, False, False)],
)
def test_an_item_is_overdue_after_its_day(days, done, late):
    assert is_overdue(TODAY + timedelta(days=days), done=done, today=TODAY) is late
    assert not is_overdue(None, done=done, today=TODAY)


def test_overdue_items_are_marked(technician, items):
    Item.objects.filter(pk=items["acme"].pk).update(due=timezone.localdate() - timedelta(days=1))
    assert technician.browser.get("/").content.decode().count("Overdue") == 1


def test_a_search_looks_at_a_few_words():
    assert words(" a  b c d e f ") == ["a", "b", "c", "d", "e"]
