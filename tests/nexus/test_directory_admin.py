"""The directory in the admin, as an administrator uses it."""

import re

import pytest
from django.urls import reverse

from nexus.directory import history, operations
from nexus.directory.models import Company, Contact, Location
from tests.nexus.directory_actions import run_action

pytestmark = pytest.mark.django_db
COMPANIES = "/admin/directory/company/"
CONTACTS = "/admin/directory/contact/"


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


def change(row):
    return reverse(f"admin:directory_{row._meta.model_name}_change", args=[row.pk])


def fields(page):
    """Return what the page's forms would send as they stand."""
    formsets = [inline.formset for inline in page.context["inline_admin_formsets"]]
    forms = [page.context["adminform"].form]
    for formset in formsets:
        forms += [formset.management_form, *formset.forms]
    bound = [field for form in forms for field in form]
    values = {field.html_name: field.value() for field in bound}
    return {
        name: "on" if value is True else "" if value is None else value
        for name, value in values.items()
        if value is not False
    }


@pytest.mark.parametrize(
    "path",
    [
        "company/",
        "contact/",
        "location/",
        "company/add/",
        "contact/add/",
        "location/add/",
        "company/import/",
        "company/export/",
        "contact/import/",
        "contact/export/",
        "location/import/",
        "location/export/",
    ],
)
def test_every_page_opens(browser, path):
    assert browser.get(f"/admin/directory/{path}").status_code == 200


@pytest.mark.parametrize("who", ["tech", "billing", "acme_user"])
def test_only_administrators_come_in(signed_in, request, who):
    assert signed_in(request.getfixturevalue(who)).get(COMPANIES).status_code in {302, 403}


@pytest.mark.parametrize(
    "query",
    ["q=ACME", "q=c-1001", "tag=gold", "status__exact=active&q=acme", "archived=all&q=acme"],
)
def test_a_company_is_found(browser, acme, globex, query):
    Company.objects.filter(pk=acme.pk).update(tags=["gold"])
    page = browser.get(f"{COMPANIES}?{query}").content.decode()
    assert "Acme Manufacturing" in page
    assert "Globex Logistics" not in page


FILTERS = {
    "company": ["q", "tag", "status__exact", "archived", "o", "p", "a\x00", "id__exact"],
    "contact": ["q", "company__id__exact", "role", "vip__exact", "active", "archived"],
    "location": ["q", "company__id__exact", "country", "archived"],
}


@pytest.mark.parametrize(
    ("model", "name"), [(model, name) for model, names in FILTERS.items() for name in names]
)
def test_a_filter_with_a_nul_shows_the_plain_list(browser, acme, model, name):
    for value in ("\x00", "gold\x00"):
        answer = browser.get(f"/admin/directory/{model}/", {name: value}, follow=True)
        assert answer.status_code == 200
        assert not answer.request["QUERY_STRING"]


@pytest.mark.parametrize(
    ("model", "name"), [(model, name) for model, names in FILTERS.items() for name in names[1:]]
)
def test_a_filter_with_nonsense_is_no_error_of_the_server(browser, acme, model, name):
    assert browser.get(f"/admin/directory/{model}/", {name: "no\u00a0such"}).status_code < 500


def test_archived_rows_are_out_of_sight_until_asked_for(browser, acme, admin):
    operations.archive(acme, by=admin)
    assert "Acme Manufacturing" not in browser.get(COMPANIES).content.decode()
    assert "Acme Manufacturing" in browser.get(f"{COMPANIES}?archived=yes").content.decode()


@pytest.mark.parametrize("query", ["role=billing", "vip__exact=1", "active=yes", "q=byrne"])
def test_a_contact_is_found(browser, acme, query):
    Contact.objects.create(
        company=acme, first_name="Nora", last_name="Byrne", roles=["billing"], vip=True
    )
    Contact.objects.create(company=acme, first_name="Gone", active_until="2020-01-01")
    page = browser.get(f"{CONTACTS}?{query}").content.decode()
    assert "Nora Byrne" in page
    assert "Gone" not in page


def test_a_location_is_found_by_country(browser, acme):
    Location.objects.create(company=acme, name="Werk", country="DE")
    Location.objects.create(company=acme, name="Office", country="IE")
    page = browser.get("/admin/directory/location/?country=de").content.decode()
    assert "Werk" in page
    assert "Office" not in page


def test_a_new_company_gets_a_number(browser):
    data = fields(browser.get(f"{COMPANIES}add/")) | {"name": "New Ltd", "tags": "Gold, 24x7"}
    answer = browser.post(f"{COMPANIES}add/", data)
    assert answer.status_code == 302
    company = Company.objects.get()
    assert re.fullmatch(r"C-\d{4,}", company.account_number)
    assert company.tags == ["24x7", "gold"]


def test_a_change_is_saved_with_the_name_of_the_user(browser, acme):
    data = fields(browser.get(change(acme))) | {"phone": "00353 20 914 8786"}
    assert browser.post(change(acme), data).status_code == 302
    acme.refresh_from_db()
    assert (acme.phone, acme.version) == ("+353 20 914 8786", 2)
    page = browser.get(reverse("admin:directory_company_history", args=[acme.pk])).content.decode()
    assert "Admin" in page
    assert "+353 20 914 8786" in page


def test_saving_notes_unchanged_is_no_change_of_the_notes(browser, acme):
    Company.objects.filter(pk=acme.pk).update(notes="One\nTwo")
    data = fields(browser.get(change(acme))) | {"notes": "One\r\nTwo", "phone": "+353 20 914 8786"}
    browser.post(change(acme), data)
    assert [item.label for item in history.entries(acme)[0].changes] == ["Phone"]


def test_a_stale_page_is_refused_and_overwrites_nothing(browser, acme, admin):
    data = fields(browser.get(change(acme))) | {"phone": "+353 20 914 8786"}
    acme.name = "Acme Works"
    operations.save(acme, by=admin)
    answer = browser.post(change(acme), data)
    assert answer.status_code == 200
    assert "Somebody else has changed this" in answer.content.decode()
    acme.refresh_from_db()
    assert (acme.name, acme.phone) == ("Acme Works", "")


def test_a_wrong_value_is_shown_beside_its_field(browser, acme, globex):
    nora = Contact.objects.create(company=globex, first_name="Nora")
    wrong = {"primary_contact": str(nora.pk), "phone": "ring me", "domains": "not a domain"}
    page = browser.post(change(acme), fields(browser.get(change(acme))) | wrong)
    errors = page.context["adminform"].form.errors
    assert set(errors) >= {"phone", "domains"}
    page = browser.post(
        change(acme), fields(browser.get(change(acme))) | {"primary_contact": str(nora.pk)}
    )
    assert "Nora is not a contact of this company" in page.content.decode()


def test_the_default_moves_to_the_location_that_is_ticked(browser, acme):
    operations.save(Location(company=acme, name="Office"), by=None)
    depot = Location(company=acme, name="Depot")
    operations.save(depot, by=None)
    data = fields(browser.get(change(depot))) | {"is_default": "on"}
    assert browser.post(change(depot), data).status_code == 302
    assert [row.name for row in acme.locations.filter(is_default=True)] == ["Depot"]


def test_an_inline_contact_is_added_and_changed(browser, acme):
    Contact.objects.create(company=acme, first_name="Nora", last_name="Byrne", roles=["billing"])
    data = fields(browser.get(change(acme))) | {
        "contacts-TOTAL_FORMS": "2",
        "contacts-0-title": "Director",
        "contacts-1-first_name": "Cillian",
        "contacts-1-emails": "Cillian@Acme.example",
        "contacts-1-company": str(acme.pk),
    }
    assert browser.post(change(acme), data).status_code == 302
    assert {(row.full_name, row.title) for row in acme.contacts.all()} == {
        ("Nora Byrne", "Director"),
        ("Cillian", ""),
    }
    assert acme.contacts.get(first_name="Nora").roles == ["billing"]  # not on the page, not touched
    assert acme.contacts.get(first_name="Cillian").emails == ["cillian@acme.example"]


def test_nobody_deletes(browser, acme):
    assert (
        browser.post(
            reverse("admin:directory_company_delete", args=[acme.pk]), {"post": "yes"}
        ).status_code
        == 403
    )
    assert Company.objects.exists()


def test_archive_and_restore_from_the_list(browser, acme, globex, admin):
    operations.archive(globex, by=admin)
    page = run_action(
        browser, f"{COMPANIES}?archived=all", "archive_selected", acme, globex
    ).content.decode()
    assert "1 archived." in page
    assert "Globex Logistics is archived already." in page
    run_action(browser, f"{COMPANIES}?archived=all", "restore_selected", acme)
    assert list(Company.objects.current()) == [acme]


def test_tags_in_bulk(browser, acme, globex):
    page = run_action(browser, COMPANIES, "tag_selected", acme, globex).content.decode()
    assert "2 companies" in page
    page = run_action(browser, COMPANIES, "tag_selected", acme, globex, apply="1").content.decode()
    assert "Name a tag to add or to remove." in page
    run_action(browser, COMPANIES, "tag_selected", acme, globex, apply="1", add="Gold", remove="")
    assert Company.objects.with_tag("gold").count() == 2


@pytest.mark.parametrize(
    ("tags", "complaint"),
    [
        (",".join(f"t{number}" for number in range(51)), "at most 50 tags"),
        ("x" * 51, "at most 50 characters"),
    ],
)
def test_too_many_or_too_long_tags_are_refused_in_words(browser, acme, globex, tags, complaint):
    Company.objects.filter(pk=globex.pk).update(tags=["gold"])
    both = (acme, globex)
    page = run_action(browser, COMPANIES, "tag_selected", *both, apply="1", add=tags, remove="")
    assert complaint in page.content.decode()
    assert [row.tags for row in Company.objects.order_by("account_number")] == [[], ["gold"]]
    data = {**fields(browser.get(change(acme))), "tags": tags}
    page = browser.post(change(acme), data)
    assert "at most 50" in str(page.context["adminform"].form.errors["tags"])


def test_autocomplete_offers_the_people_of_the_company(browser, acme, globex):
    Contact.objects.create(company=acme, first_name="Nora", last_name="Byrne")
    Contact.objects.create(company=globex, first_name="Niamh", last_name="Byrne")
    query = {
        "app_label": "directory",
        "model_name": "company",
        "field_name": "primary_contact",
        "term": "byrne",
    }
    found = browser.get("/admin/autocomplete/", {**query, "of_company": str(acme.pk)}).json()[
        "results"
    ]
    assert [row["text"] for row in found] == ["Nora Byrne"]
    assert f"of_company={acme.pk}" in browser.get(change(acme)).content.decode()


@pytest.mark.parametrize("model", ["company", "contact"])
@pytest.mark.parametrize("key", ["abc", "\x00", "00000000-0000-0000-0000-000000000000"])
def test_an_autocomplete_of_no_known_company_offers_nothing(browser, acme, model, key):
    Contact.objects.create(company=acme, first_name="Nora")
    field = {"company": ("contact", "company"), "contact": ("company", "primary_contact")}[model]
    query = {"app_label": "directory", "model_name": field[0], "field_name": field[1]}
    answer = browser.get("/admin/autocomplete/", {**query, "term": "", "of_company": key})
    assert (answer.status_code, answer.json()["results"]) == (200, [])


def test_nobody_is_added_to_an_archived_company(browser, acme, admin):
    operations.archive(acme, by=admin)
    page = browser.get(change(acme))
    assert not any(inline.has_add_permission for inline in page.context["inline_admin_formsets"])
    data = {"first_name": "Nora", "company": str(acme.pk)}
    answer = browser.post("/admin/directory/contact/add/", data)
    assert "Acme Manufacturing is archived; restore it first." in answer.content.decode()
    assert not Contact.objects.exists()
