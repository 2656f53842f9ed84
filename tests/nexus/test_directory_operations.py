"""Saving, archiving, restoring and tagging, and what the history says of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import InternalError, connection, transaction

from nexus.directory import history, operations
from nexus.directory.models import Company, Contact, Location

pytestmark = pytest.mark.django_db


def add_location(company, name, **fields):
    location = Location(company=company, name=name, **fields)
    operations.save(location, by=None)
    return location


def defaults(company):
    return [row.name for row in company.locations.filter(is_default=True)]


def test_a_company_without_a_number_gets_the_next_free_one(acme):
    first, second = Company(name="New"), Company(name="Newer")
    Company.objects.create(account_number=f"C-{_next()}", name="Taken")
    operations.save(first, by=None)
    operations.save(second, by=None)
    numbers = {first.account_number, second.account_number}
    assert len(numbers) == 2
    assert "C-1001" not in numbers


def _next():
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value + 1 FROM directory_account_number")
        return cursor.fetchone()[0]


def test_every_save_counts_the_version(acme, admin):
    acme.phone = "+353 20 914 8786"
    operations.save(acme, by=admin)
    acme.refresh_from_db()
    assert acme.version == 2


def test_the_second_of_two_savers_is_told(acme, admin, tech):
    mine = Company.objects.get(pk=acme.pk)
    acme.name = "Acme Works"
    operations.save(acme, by=admin)
    mine.name = "Acme Group"
    with pytest.raises(operations.Conflict) as caught:
        operations.save(mine, by=tech)
    assert caught.value.current.name == "Acme Works"
    assert Company.objects.get(pk=acme.pk).name == "Acme Works"


def test_the_version_of_the_caller_counts(acme, admin):
    with pytest.raises(operations.Conflict):
        operations.save(acme, by=admin, expected_version=7)


def test_a_stale_row_does_not_come_back_from_the_archive(acme, admin):
    stale = Company.objects.get(pk=acme.pk)
    operations.archive(acme, by=admin)
    operations.save(stale, by=admin, expected_version=acme.version)
    assert Company.objects.get(pk=acme.pk).archived_at == acme.archived_at


def test_the_first_location_is_the_default_and_a_new_default_replaces_it(acme):
    add_location(acme, "Office")
    depot = add_location(acme, "Depot")
    assert defaults(acme) == ["Office"]
    depot.is_default = True
    operations.save(depot, by=None)
    assert defaults(acme) == ["Depot"]
    depot.is_default = False
    operations.save(depot, by=None)
    assert defaults(acme) == ["Depot"]  # somebody must be it


def test_an_archived_default_passes_it_on(acme, admin):
    office, _ = add_location(acme, "Office"), add_location(acme, "Depot")
    operations.archive(office, by=admin)
    assert defaults(acme) == ["Depot"]
    operations.restore(office, by=admin)
    assert defaults(acme) == ["Depot"]


def test_a_company_takes_its_rows_to_the_archive_and_back(acme, admin):
    add_location(acme, "Office")
    stays = Contact.objects.create(company=acme, first_name="Nora")
    left = Contact.objects.create(company=acme, first_name="Cillian")
    operations.archive(left, by=admin)
    operations.archive(acme, by=admin)
    assert not acme.contacts.current().exists()
    assert not acme.locations.current().exists()
    operations.restore(acme, by=admin)
    assert list(acme.contacts.current()) == [stays]
    assert acme.locations.current().count() == 1


def test_doing_it_twice_is_said(acme, admin):
    with pytest.raises(operations.NotPossible, match="is not archived"):
        operations.restore(acme, by=admin)
    operations.archive(acme, by=admin)
    with pytest.raises(operations.NotPossible, match="is archived already"):
        operations.archive(acme, by=admin)


def test_a_contact_stays_archived_while_its_company_is(acme, admin):
    nora = Contact.objects.create(company=acme, first_name="Nora")
    operations.archive(acme, by=admin)
    with pytest.raises(operations.NotPossible, match="restore the company"):
        operations.restore(nora, by=admin)


def test_nobody_comes_to_a_company_that_was_archived_a_moment_ago(acme, globex, admin):
    nora = Contact.objects.create(company=globex, first_name="Nora")
    operations.archive(Company.objects.get(pk=acme.pk), by=admin)
    with pytest.raises(operations.NotPossible, match="is archived; restore it first"):
        add_location(acme, "Depot")
    nora.company = acme
    with pytest.raises(operations.NotPossible, match="is archived; restore it first"):
        operations.save(nora, by=admin)


def test_tags_are_added_and_removed_in_bulk(acme, globex, admin):
    operations.tag(Company.objects.all(), add=["Gold", "24x7"], remove=[], by=admin)
    count = operations.tag(Company.objects.filter(pk=acme.pk), add=[], remove=["GOLD "], by=admin)
    acme.refresh_from_db()
    globex.refresh_from_db()
    assert (count, acme.tags, globex.tags) == (1, ["24x7"], ["24x7", "gold"])


def test_the_history_says_who_changed_what_in_which_request(acme, admin, tech):
    nora = Contact.objects.create(company=acme, first_name="Nora", last_name="Byrne")
    acme.name, acme.primary_contact = "Acme Works", nora
    operations.save(acme, by=admin)
    acme.tags = ["gold"]
    operations.save(acme, by=tech)
    newest, middle, first = history.entries(acme)
    assert (newest.by, [(c.label, c.before, c.after) for c in newest.changes]) == (
        "Tech",
        [("Tags", "", "gold")],
    )
    assert middle.by == "Admin"
    assert ("Name", "Acme Manufacturing", "Acme Works") in [
        (c.label, c.before, c.after) for c in middle.changes
    ]
    assert ("Primary contact", "", "Nora Byrne") in [
        (c.label, c.before, c.after) for c in middle.changes
    ]
    assert first.created


def test_history_cannot_be_edited(acme):
    events = Company.pgh_event_model.objects.filter(pgh_obj_id=acme.pk)
    with pytest.raises(InternalError, match="append_only"), transaction.atomic():
        events.update(name="Forged")


def test_sql_behind_the_application_is_in_the_history_too(acme):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE directory_company SET name = 'Sneaky' WHERE id = %s", [acme.pk])
    assert [(c.before, c.after) for c in history.entries(acme)[0].changes] == [
        ("Acme Manufacturing", "Sneaky")
    ]


@pytest.mark.django_db(transaction=True)
def test_eight_people_at_once_get_eight_numbers():
    def make(index):
        company = Company(name=f"New {index}")
        operations.save(company, by=None)
        connection.close()
        return company.account_number

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(make, range(8)))
    assert len(set(numbers)) == 8


@pytest.mark.django_db(transaction=True)
def test_two_locations_added_at_once_leave_one_default(acme):
    def add(name):
        add_location(acme, name)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(add, ["Office", "Depot"]))
    assert len(defaults(acme)) == 1
