"""Merging in the admin: what it shows before, and that it merges only what it has shown."""

from datetime import timedelta

import pytest

from nexus.directory import operations
from nexus.directory.models import Company, Contact
from tests.nexus.directory_actions import run_action

pytestmark = pytest.mark.django_db
COMPANIES = "/admin/directory/company/"
CONTACTS = "/admin/directory/contact/"


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


def look(browser, *rows, path=COMPANIES):
    return run_action(browser, path, "merge_selected", *rows)


def merge(browser, page):
    keep, absorb = page.context["keep"], page.context["absorb"]
    data = {"keep": keep.pk, "keep_version": keep.version, "absorb_version": absorb.version}
    return browser.post(page.request["PATH_INFO"], data, follow=True)


def test_two_companies_are_merged_after_a_look(browser, acme, globex):
    Contact.objects.create(company=globex, first_name="James")
    page = look(browser, acme, globex)
    page = browser.get(page.request["PATH_INFO"], {"keep": str(acme.pk)})
    text = page.content.decode()
    assert "Account number: C-1002" in text  # in the notes of the preview
    assert "Merge Globex Logistics (C-1002) into Acme Manufacturing (C-1001)" in text
    assert f'name="keep_version" value="{acme.version}"' in text
    assert Company.objects.current().count() == 2  # a preview only
    answer = merge(browser, page).content.decode()
    assert "Globex Logistics (C-1002) is merged into Acme Manufacturing (C-1001)." in answer
    assert list(Company.objects.current()) == [acme]
    assert acme.contacts.count() == 1


def test_the_company_with_more_contacts_stays_unless_somebody_says_otherwise(browser, acme, globex):
    Company.objects.filter(pk=acme.pk).update(created_at=globex.created_at - timedelta(days=1))
    assert look(browser, acme, globex).context["keep"] == acme  # the older one
    Contact.objects.create(company=globex, first_name="James")
    page = look(browser, acme, globex)
    assert page.context["keep"] == globex
    page = browser.get(page.request["PATH_INFO"], {"keep": str(acme.pk)})
    assert page.context["keep"] == acme


def test_an_archived_company_is_the_one_that_is_absorbed(browser, acme, globex, admin):
    Contact.objects.create(company=acme, first_name="Nora")
    operations.archive(acme, by=admin)
    page = run_action(browser, f"{COMPANIES}?archived=all", "merge_selected", acme, globex)
    assert page.context["keep"] == globex


@pytest.mark.parametrize("number", [0, 1])
def test_a_merge_of_what_was_changed_since_the_look_is_refused(browser, acme, globex, number):
    page = look(browser, acme, globex)
    row = (acme, globex)[number]
    row.notes = "Do not merge"
    operations.save(row, by=None)
    answer = merge(browser, page)
    assert "was changed by somebody else in the meantime" in answer.content.decode()
    assert "Do not merge" in answer.content.decode()  # the new look
    assert Company.objects.current().count() == 2


def test_a_merge_confirmed_twice_is_explained(browser, acme, globex):
    page = look(browser, acme, globex)
    merge(browser, page)
    assert "was merged already" in merge(browser, page).content.decode()


def test_merging_needs_two(browser, acme):
    assert "Select the two rows that are one." in look(browser, acme).content.decode()


def test_an_impossible_merge_says_why(browser, acme, globex):
    rows = [
        Contact.objects.create(company=company, first_name="Nora") for company in (acme, globex)
    ]
    page = look(browser, *rows, path=CONTACTS).content.decode()
    assert "Contacts of two companies cannot be merged." in page


def test_two_contacts_of_one_name_are_told_apart(browser, acme):
    rows = [
        Contact.objects.create(company=acme, first_name="Nora", emails=[f"{name}@acme.example"])
        for name in ("nora", "n.byrne")
    ]
    page = look(browser, *rows, path=CONTACTS)
    text = page.content.decode()
    assert "Merge Nora (n.byrne@acme.example) into Nora (nora@acme.example)" in text
    merge(browser, page)
    assert list(Contact.objects.current()) == [rows[0]]
