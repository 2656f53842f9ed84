"""Merging companies and contacts: nothing that either said is lost, the old id leads on."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nexus.accounts.models import User
from nexus.directory import history, merging, operations
from nexus.directory.models import Company, Contact, Location
from nexus.signins.models import Event, EventKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def filled(acme, globex, globex_user):
    """Globex has everything; Acme has a few things of its own."""
    for company in (acme, globex):
        Location.objects.create(company=company, name=f"{company.name} office", is_default=True)
        Contact.objects.create(company=company, first_name="Pat", last_name=company.name)
    Contact.objects.create(company=globex, first_name="Gone", archived_at="2026-01-01T00:00Z")
    james = Contact.objects.create(company=globex, first_name="James", user=globex_user)
    Company.objects.filter(pk=acme.pk).update(
        tags=["gold"],
        domains=["acme.example"],
        external_ids={"rmm": "1"},
        notes="Ours.",
        phone="+353 20 914 0001",
    )
    Company.objects.filter(pk=globex.pk).update(
        tags=["gold", "24x7"],
        domains=["globex.example"],
        external_ids={"rmm": "2", "psa": "9"},
        notes="Theirs.",
        phone="+353 20 914 0002",
        legal_name="Globex DAC",
        tax_id="IE1",
        primary_contact=james,
    )
    acme.refresh_from_db()
    globex.refresh_from_db()
    return acme, globex


def test_everything_of_the_other_company_moves(filled, admin, globex_user):
    acme, globex = filled
    kept = merging.merge_companies(keep=acme, absorb=globex, by=admin)
    assert kept.contacts.count() == 4
    assert kept.locations.count() == 2
    assert [row.name for row in kept.locations.filter(is_default=True)] == [
        "Acme Manufacturing office"
    ]
    assert list(kept.users.all()) == [globex_user]
    assert kept.primary_contact.first_name == "James"
    assert (kept.legal_name, kept.tax_id) == ("Globex DAC", "IE1")
    assert kept.tags == ["24x7", "gold"]
    assert kept.domains == ["acme.example", "globex.example"]
    assert kept.external_ids == {"rmm": "1", "psa": "9"}
    for line in (
        "Ours.",
        "Theirs.",
        "Name: Globex Logistics",
        "Account number: C-1002",
        "Phone: +353 20 914 0002",
        "rmm: 2",
    ):
        assert line in kept.notes


def test_people_of_the_other_company_sign_in_again(filled, admin, globex_user, signed_in):
    browser = signed_in(globex_user)
    assert browser.get("/").status_code == 200
    merging.merge_companies(keep=filled[0], absorb=filled[1], by=admin)
    assert browser.get("/").status_code == 302


def test_the_audit_says_that_people_changed_company(filled, admin, globex_user):
    acme, globex = filled
    merging.merge_companies(keep=acme, absorb=globex, by=admin)
    event = Event.objects.get(kind=EventKind.COMPANY_CHANGED)
    assert (event.user_id, event.acting_user_id) == (globex_user.pk, admin.pk)
    assert (event.detail["from"], event.detail["to"]) == (str(globex.pk), str(acme.pk))


def test_a_disabled_account_of_the_other_company_moves_too(filled, admin, globex_user):
    User.objects.filter(pk=globex_user.pk).update(is_active=False)
    merging.merge_companies(keep=filled[0], absorb=filled[1], by=admin)
    globex_user.refresh_from_db()
    assert (globex_user.company, globex_user.is_active) == (filled[0], False)


def test_the_old_id_leads_to_the_company_that_stayed(filled, admin):
    acme, globex = filled
    merging.merge_companies(keep=acme, absorb=globex, by=admin)
    globex.refresh_from_db()
    assert globex.merged_into == acme
    assert globex.archived_at is not None
    with pytest.raises(operations.NotPossible, match="was merged into Acme Manufacturing"):
        operations.restore(globex, by=admin)


def test_an_older_merge_follows(filled, admin):
    acme, globex = filled
    third = Company.objects.create(account_number="C-9", name="Third")
    globex = merging.merge_companies(keep=globex, absorb=third, by=admin)
    merging.merge_companies(keep=acme, absorb=globex, by=admin)
    third.refresh_from_db()
    assert third.merged_into == acme


def test_every_table_that_points_to_a_company_or_contact_is_moved():
    """A new foreign key fails here until merging knows it."""
    known = {"locations", "contacts", "users", "merged_companies", "merged_contacts"}
    event_tables = {model.pgh_event_model for model in (Company, Location, Contact)}
    for model in (Company, Contact):
        for relation in model._meta.related_objects:
            if relation.related_model in event_tables:
                continue  # history stays as it was
            named = relation.related_name in known
            assert named or relation.field.name in {"primary_contact", "billing_contact"}, relation


def test_the_history_names_the_merge(filled, admin):
    acme, globex = filled
    merging.merge_companies(keep=acme, absorb=globex, by=admin)
    assert history.entries(acme)[0].reason == "Merge of C-1002 into C-1001"
    assert history.entries(acme)[0].by == "Admin"


@pytest.mark.parametrize("case", ["itself", "keep archived", "merged already"])
def test_what_cannot_be_merged_is_said(filled, admin, case):
    acme, globex = filled
    sentence = {
        "itself": "with itself",
        "keep archived": "restore it first",
        "merged already": "was merged already",
    }[case]
    if case == "itself":
        globex = acme
    elif case == "keep archived":
        operations.archive(acme, by=admin)
    else:
        third = Company.objects.create(account_number="C-9", name="Third")
        merging.merge_companies(keep=third, absorb=globex, by=admin)
    with pytest.raises(operations.NotPossible, match=sentence):
        merging.merge_companies(keep=acme, absorb=globex, by=admin)


def test_two_rows_of_one_person_become_one(acme, admin, acme_user):
    office = Location.objects.create(company=acme, name="Office")
    depot = Location.objects.create(company=acme, name="Depot")
    keep = Contact.objects.create(
        company=acme,
        first_name="Nora",
        last_name="Byrne",
        emails=["nora@acme.example"],
        location=office,
        active_from=date(2024, 1, 1),
        active_until=date(2025, 1, 1),
    )
    absorb = Contact.objects.create(
        company=acme,
        first_name="N.",
        last_name="Byrne",
        title="Director",
        emails=["nb@acme.example"],
        vip=True,
        phones=["+353 20 914 8786"],
        roles=["billing"],
        location=depot,
        user=acme_user,
        notes="Likes tea.",
        active_from=date(2023, 1, 1),
        active_until=date(2026, 1, 1),
    )
    acme.billing_contact = absorb
    acme.save()
    kept = merging.merge_contacts(keep=keep, absorb=absorb, by=admin)
    assert kept.emails == ["nora@acme.example", "nb@acme.example"]
    assert (kept.title, kept.vip, kept.roles, kept.user) == (
        "Director",
        True,
        ["billing"],
        acme_user,
    )
    assert (kept.active_from, kept.active_until) == (date(2023, 1, 1), date(2026, 1, 1))
    for line in ("Likes tea.", "First name: N.", "Location: Depot", "Active from: 2024-01-01"):
        assert line in kept.notes
    acme.refresh_from_db()
    absorb.refresh_from_db()
    assert acme.billing_contact == kept
    assert (absorb.merged_into, absorb.user) == (kept, None)


def test_contacts_of_two_companies_or_accounts_are_not_merged(acme, globex, admin, acme_user):
    from tests.nexus.conftest import person

    nora = Contact.objects.create(company=acme, first_name="Nora", user=acme_user)
    james = Contact.objects.create(company=globex, first_name="James")
    with pytest.raises(operations.NotPossible, match="two companies"):
        merging.merge_contacts(keep=nora, absorb=james, by=admin)
    twin = Contact.objects.create(
        company=acme, first_name="Nora", user=person("nora", "client", acme)
    )
    with pytest.raises(operations.NotPossible, match="Both contacts have an account"):
        merging.merge_contacts(keep=nora, absorb=twin, by=admin)


words = st.text("abcé龙 -", max_size=6).map(str.strip)
contacts = st.fixed_dictionaries(
    {
        "first_name": words,
        "last_name": words.filter(bool),
        "title": words,
        "emails": st.lists(
            st.sampled_from(["a@x.example", "b@x.example", "c@x.example"]), unique=True
        ),
        "phones": st.lists(st.sampled_from(["123", "+353 20 91"]), unique=True),
        "roles": st.lists(st.sampled_from(["primary", "billing"]), unique=True),
        "external_ids": st.dictionaries(st.sampled_from(["rmm", "psa"]), words.filter(bool)),
        "vip": st.booleans(),
        "active_from": st.none() | st.dates(date(2020, 1, 1), date(2021, 1, 1)),
        "active_until": st.none() | st.dates(date(2022, 1, 1), date(2023, 1, 1)),
        "notes": words,
    }
)


@given(mine=contacts, theirs=contacts)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_value_of_either_contact_is_lost(acme, admin, mine, theirs):
    keep = Contact.objects.create(company=acme, **mine)
    absorb = Contact.objects.create(company=acme, **theirs)
    kept = merging.merge_contacts(keep=keep, absorb=absorb, by=admin)
    for values in (mine, theirs):
        for name in ("first_name", "last_name", "title"):
            assert values[name] in {"", getattr(kept, name)} or f": {values[name]}" in kept.notes
        for name in ("emails", "phones", "roles"):
            assert set(values[name]) <= set(getattr(kept, name))
        for system, key in values["external_ids"].items():
            assert kept.external_ids[system] == key or f"{system}: {key}" in kept.notes
        for name in ("active_from", "active_until"):
            day = values[name]
            assert day in {None, getattr(kept, name)} or day.isoformat() in kept.notes
        assert values["notes"] in kept.notes
    assert kept.vip is (mine["vip"] or theirs["vip"])


@pytest.mark.django_db(transaction=True)
def test_merging_a_pair_crosswise_at_once_ends_with_one_company(acme, globex):
    def merge(pair):
        try:
            merging.merge_companies(keep=pair[0], absorb=pair[1], by=None)
        except operations.NotPossible as error:
            return str(error)
        finally:
            connection.close()
        return "merged"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(merge, [(acme, globex), (globex, acme)]))
    assert answers.count("merged") == 1
    assert Company.objects.current().count() == 1
