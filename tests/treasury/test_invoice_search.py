"""Finding an invoice by what people have of it, on the page and over REST."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.money import paid
from tests.treasury.people import (
    ACME,
    ACME_TODAY,
    GLOBEX,
    NOVEMBER,
    agreement,
    signed_in,
    workstation_care,
    workstations,
)
from treasury.catalogue.models import ProductPrice
from treasury.invoices.clients import Client
from treasury.invoices.drafts import draft_due
from treasury.invoices.issuing import issue
from treasury.invoices.models import Invoice

pytestmark = pytest.mark.django_db
ELAN = Client("Brasserie Café Élan", "C-1002", "Élan Hospitality Ltd")
DECEMBER = date(2025, 12, 1)
ACMES, GLOBEXS = ["INV-00001"], ["INV-00002"]
BOTH = [*GLOBEXS, *ACMES]


@pytest.fixture
def clerk(nexus):
    return signed_in(Level.BILLING, access=nexus.access("billing"))


@pytest.fixture
def acme(nexus):
    return signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME)))


@pytest.fixture
def books(nexus):
    """INV-00001 of 110.70 EUR to Acme, INV-00002 of 166.05 USD to Globex, called Élan then."""
    ProductPrice.objects.create(
        product=workstation_care(), currency="USD", unit_price=45, start=date(2020, 1, 1)
    )
    for company, client, day, count, currency, order in (
        (ACME, ACME_TODAY, date(2025, 11, 3), 2, "EUR", "PO-88213"),
        (GLOBEX, ELAN, date(2025, 11, 20), 3, "USD", "100%_sure"),
    ):
        agreement(company, currency=currency, po_number=order)
        workstations(company, *[NOVEMBER] * count)
        draft_due(today=NOVEMBER, by=None)
        issue(Invoice.objects.get(status="draft"), client=client, today=day, by=None)


def page_of(client, **wanted: str) -> str:
    return re.sub(r"\s+", " ", client.get(reverse("invoices"), wanted).content.decode())


def shown(client, **wanted: str) -> list[str]:
    """The invoices that the list has, by what they are called, the newest number first."""
    found = re.findall(r'hm-row-link" href="/invoices/[^"]+">([^<]+)<', page_of(client, **wanted))
    return sorted(found, reverse=True)


SEARCHES = {
    # the number, or its beginning, as it is written or without what is in front
    "INV-00001": ACMES, "inv-0000": BOTH, "00002": GLOBEXS, "1": BOTH, "2": GLOBEXS,
    # the client it went to, the company as it is called today, the account number
    "acme": ACMES, "ELAN": GLOBEXS, "élan café": GLOBEXS, "hospitality": GLOBEXS,
    "globex": GLOBEXS, "C-1002": GLOBEXS, "c-10": BOTH,
    # the order, whose signs mean nothing else
    "88213": ACMES, "po-882": ACMES, "100%_sure": GLOBEXS, "%": [], "100_": [], "\\": [],
    # what it comes to
    "110.70": ACMES, "110,7": ACMES, "€ 110.70": ACMES, "166.05": GLOBEXS, "110.71": [],
    "1e999999": [], "0": [], "0.0001": [],
    # every word has to fit
    "acme 88213": ACMES, "acme 99999": [], "acme elan": [], "ltd": BOTH, " ": BOTH, "\x00": [],
}  # fmt: skip


def test_an_invoice_is_found_by_what_people_have_of_it(books, clerk, callers):
    found = {text: shown(clerk, q=text) for text in SEARCHES}
    assert found == SEARCHES
    for text in ("acme", "ELAN", "globex", "166.05", "88213", "acme elan"):
        rows = callers["billing"].get("invoices/", search=text).json()["results"]
        assert sorted((row["number"] for row in rows), reverse=True) == SEARCHES[text], text


def test_a_draft_is_found_by_what_nexus_calls_its_client(books, clerk, callers, nexus):
    draft_due(today=DECEMBER, by=None)
    assert shown(clerk, q="globex") == ["INV-00002", "Draft"]
    assert shown(clerk, q="elan") == ["INV-00002"]
    rows = callers["reader"].get("invoices/", search="globex").json()["results"]
    assert len(rows) == 2, "modules too"
    nexus.down = True
    page = page_of(clerk, q="acme inc")
    assert "Nexus does not answer: clients are found by the name on their invoices only" in page
    assert shown(clerk, q="acme ltd") == ["INV-00001"]
    assert callers["billing"].get("invoices/", search="new words").status_code == 503


def test_what_is_partly_paid_is_found_by_what_is_left(books, clerk):
    paid("100.70", on=date(2025, 11, 10))
    assert shown(clerk, q="10.00") == ACMES
    assert shown(clerk, q="110.70") == ACMES


FILTERS = [
    ({"currency": "USD"}, GLOBEXS),
    ({"currency": "GBP"}, []),  # none of theirs
    ({"since": "2025-11-04"}, GLOBEXS),
    ({"until": "2025-11-03"}, ACMES),
    ({"since": "2025-11-03", "until": "2025-11-20"}, BOTH),
    ({"since": "0202-11-03"}, []),
    ({"company": str(ACME)}, ACMES),
    ({"company": "nonsense"}, []),
    ({"status": "overdue"}, BOTH),
    ({"status": "paid"}, []),
    ({"q": "ltd", "currency": "EUR", "status": "issued", "company": str(ACME)}, ACMES),
    ({"q": "ltd", "currency": "EUR", "company": str(GLOBEX)}, []),
]


@pytest.mark.parametrize(("wanted", "expected"), FILTERS)
def test_the_list_is_narrowed_and_keeps_what_was_typed(books, clerk, wanted, expected):
    assert shown(clerk, **wanted) == expected
    page = page_of(clerk, **wanted)
    for name, value in wanted.items():
        if value not in ("GBP", "nonsense"):
            assert f'value="{value}"{" selected" * (name in ("status", "currency"))}' in page
    assert ("show all clients" in page) == (wanted.get("company", "nonsense") != "nonsense")
    assert ("Is that the right year?" in page) == (wanted.get("since") == "0202-11-03")


def test_who_finds_nothing_is_told_what_to_do(books, clerk, acme):
    page = page_of(clerk, q="nobody & co")
    assert "Search for a client's name or account number, a part of" in page
    assert 'value="nobody &amp; co"' in page
    assert 'href="/invoices">Show all' in page
    assert "name or account number" not in page_of(acme, q="nobody")
    assert "fits all of these filters" in page_of(clerk, status="paid")


def test_a_client_finds_their_own_issued_invoices_only(books, acme, callers, nexus):
    draft_due(today=DECEMBER, by=None)
    nexus.asked.clear()
    for text in ("INV-00002", "globex", "elan", "166.05", "100%_sure", "C-1002"):
        assert shown(acme, q=text) == [], text
        assert callers["acme"].get("invoices/", search=text).json()["results"] == [], text
    assert shown(acme, q="ltd") == shown(acme, q="110.70") == ACMES
    assert shown(acme, company=str(GLOBEX)) == []
    assert shown(acme, status="draft") == []
    assert nexus.asked["/api/companies/"] <= 1, "their own company's name, never a search"
    assert "USD" not in page_of(acme), "nor the currency of another"


def test_a_search_costs_as_much_as_the_list(books, clerk, callers, django_assert_num_queries):
    clerk.get("/")
    callers["billing"].get("invoices/", search="ltd")
    with django_assert_num_queries(3):  # the session, the currencies, the invoices
        assert shown(clerk, q="ltd") == BOTH
    with django_assert_num_queries(1):
        callers["billing"].get("invoices/", search="ltd", currency="USD", fields="number")


def test_an_index_finds_them_among_many(books):
    """The planner is told that reading all is dear: with few rows it would be right to do so."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        for text, indexes in {
            "acme": {"invoice_search"},
            "12": {"invoice_search", "invoice_by_amount"},  # and one of two for what is open
        }.items():
            plan = Invoice.objects.search(text).explain()
            assert indexes <= set(re.findall(r"invoice_\w+", plan)), plan
            assert "Seq Scan" not in plan
