"""A company with current locations has exactly one current default, whatever people do."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nexus.directory import merging, operations
from nexus.directory.models import Company, Contact, Location
from tests.nexus.test_directory_admin import browser, change, fields, run_action

pytestmark = pytest.mark.django_db
__all__ = ["browser"]


@pytest.fixture
def places(acme):
    return [add(acme, name) for name in "ABC"]


def add(company, name):
    location = Location(company=company, name=name)
    operations.save(location, by=None)
    return location


def defaults(company):
    return [row.name for row in company.locations.filter(is_default=True)]


def test_archiving_the_default_and_its_heir_in_one_action_leaves_a_default(browser, acme, places):
    run_action(browser, "/admin/directory/location/", "archive_selected", *places[:2])
    assert [row.name for row in acme.locations.current()] == ["C"]
    assert defaults(acme) == ["C"]


def test_an_old_copy_of_the_row_passes_the_default_on(acme, places):
    a, b, _ = places
    old = Location.objects.get(pk=b.pk)
    operations.archive(a, by=None)
    assert defaults(acme) == ["B"]
    operations.archive(old, by=None)
    assert defaults(acme) == ["C"]


def test_a_default_that_moves_leaves_one_behind_and_takes_none_away(acme, globex, places):
    office = add(globex, "Office")
    a = Location.objects.get(pk=places[0].pk)
    a.company = globex
    operations.save(a, by=None)
    assert (defaults(acme), defaults(globex)) == (["B"], ["Office"])
    office.refresh_from_db()
    assert office.version == 1


def test_an_archived_location_is_never_marked_while_another_is_current(acme, places):
    operations.archive(places[1], by=None)
    archived = Location.objects.get(pk=places[1].pk)
    archived.is_default = True
    operations.save(archived, by=None)
    assert defaults(acme) == ["A"]


def test_a_location_that_comes_back_to_none_is_the_default(acme):
    office, depot = add(acme, "Office"), add(acme, "Depot")
    operations.archive(depot, by=None)
    operations.archive(office, by=None)
    operations.restore(depot, by=None)
    assert defaults(acme) == ["Depot"]


def test_of_two_merged_companies_a_current_default_wins_over_an_archived_one(acme, globex, admin):
    operations.archive(add(acme, "Gone"), by=admin)
    add(globex, "Office")
    merging.merge_companies(keep=acme, absorb=globex, by=admin)
    assert defaults(acme) == ["Office"]


def test_the_mark_moves_up_the_page_of_a_company_too(browser, acme):
    add(acme, "Zoo")
    add(acme, "Annex")  # comes first on the page, where it is ticked and the other unticked
    data = fields(browser.get(change(acme)))
    data.pop("locations-1-is_default")
    browser.post(change(acme), data | {"locations-0-is_default": "on"})
    assert defaults(acme) == ["Annex"]


@pytest.mark.django_db(transaction=True)
def test_archiving_a_company_and_its_rows_at_once_ends_without_a_deadlock(acme):
    nora = Contact.objects.create(company=acme, first_name="Nora")
    rows = [acme, nora, add(acme, "Office"), add(acme, "Depot")]

    def go(row):
        for _ in range(8):
            for operation in (operations.archive, operations.restore):
                with suppress(operations.NotPossible):
                    operation(type(row).objects.get(pk=row.pk), by=None)
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(go, rows))  # a deadlock would be raised here
    _check(acme)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "archive", "restore", "move", "mark", "unmark", "close", "open"]),
        st.integers(0, 4),
        st.integers(0, 1),
    ),
    min_size=3,
    max_size=14,
)


@settings(
    max_examples=60, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(steps=STEPS)
def test_after_any_sequence_each_company_has_exactly_one_default(steps, acme, globex):
    with transaction.atomic():
        companies, copies = [acme, globex], []
        for step, which, target in steps:
            try:
                with transaction.atomic():
                    _do(step, which, companies[target], copies)
            except operations.NotPossible:
                pass
            for company in companies:
                _check(company)
        transaction.set_rollback(True)


def _do(step, which, company, copies):
    company = Company.objects.get(pk=company.pk)
    if step == "add" or not copies:
        if company.archived_at is None:
            copies.append(add(company, uuid.uuid4().hex))
        return
    if step in {"close", "open"}:
        (operations.archive if step == "close" else operations.restore)(company, by=None)
        return
    copy = copies[which % len(copies)]
    if step in {"archive", "restore"}:  # with a copy as old as it is
        old = Location(**{field.attname: getattr(copy, field.attname) for field in _columns()})
        (operations.archive if step == "archive" else operations.restore)(old, by=None)
        return
    row = Location.objects.get(pk=copy.pk)
    if step == "move":
        if company.archived_at is None:
            row.company = company
    else:
        row.is_default = step == "mark"
    operations.save(row, by=None)


def _columns():
    return [field for field in Location._meta.concrete_fields if not field.generated]


def _check(company):
    current = company.locations.current()
    marked = list(company.locations.filter(is_default=True))
    if current.exists():
        assert len(marked) == 1
        assert marked[0].archived_at is None
