"""The admin stays quick and small however large the directory is."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from nexus.directory.models import Company, Contact, Location

pytestmark = pytest.mark.django_db
COMPANIES = "/admin/directory/company/"
CONTACTS = "/admin/directory/contact/"


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


def change(company):
    return reverse("admin:directory_company_change", args=[company.pk])


def crowd(company, count):
    Location.objects.create(company=company, name="Office", is_default=True)
    Contact.objects.bulk_create(
        Contact(
            company=company,
            first_name=f"First{n}",
            last_name=f"Last{n:05}",
            emails=[f"p{n}@x.example"],
        )
        for n in range(count)
    )


def queries_of(browser, path):
    browser.get(path)  # warm: content types and the like
    with CaptureQueriesContext(connection) as captured:
        answer = browser.get(path)
    assert answer.status_code == 200
    return len(captured), answer


def test_a_company_with_two_thousand_contacts_stays_pleasant(browser, acme, globex):
    crowd(acme, 2000)
    crowd(globex, 20)
    many, page = queries_of(browser, change(acme))
    few, _ = queries_of(browser, change(globex))
    assert many == few
    assert many <= 10
    assert len(page.content) < 400_000
    assert page.content.decode().count("<option") < 60


@pytest.mark.parametrize(
    "path", [COMPANIES, CONTACTS, "/admin/directory/location/", f"{CONTACTS}?q=last"]
)
def test_a_list_costs_the_same_queries_however_long_it_is(browser, acme, path):
    crowd(acme, 3)
    few, _ = queries_of(browser, path)
    Company.objects.bulk_create(Company(name=f"N{n}", account_number=f"N-{n}") for n in range(60))
    crowd(Company.objects.get(account_number="N-1"), 120)
    many, _ = queries_of(browser, path)
    assert many == few
    assert many <= 4
