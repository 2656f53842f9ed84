"""Walking a list page by page shows every row once, in order, whatever the data."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, models
from django.db.models.functions import Lower
from hypothesis import HealthCheck, given, settings, strategies
from hypothesis.extra.django import TestCase

from hm_auth.ui.keyset import keyset_page

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Parcel(models.Model):
    """A row with every kind of column a list is sorted by."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    town = models.CharField(max_length=100)
    weight = models.DecimalField(max_digits=6, decimal_places=2)
    sent = models.DateTimeField()
    returned = models.DateField(null=True)
    before = models.ForeignKey("self", null=True, on_delete=models.CASCADE)

    class Meta:
        app_label = "keyset_tests"
        indexes = (models.Index(fields=["town", "id"], name="parcel_order"),)

    def __str__(self) -> str:
        return self.town


@pytest.fixture(scope="module", autouse=True)
def table(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        with connection.schema_editor() as editor:
            editor.create_model(Parcel)
        yield
        with connection.schema_editor() as editor:
            editor.delete_model(Parcel)


def parcel(town="Cork", weight=1, sent=BEGIN) -> Parcel:
    return Parcel(town=town, weight=weight, sent=sent)


def walk(order, size, queryset=None) -> list[Parcel]:
    queryset = Parcel.objects.all() if queryset is None else queryset
    seen, after, total = [], None, queryset.count()
    while True:
        page = keyset_page(queryset, order, after, size)
        assert len(page.rows) <= size
        seen += page.rows
        assert len(seen) <= total, "some row came twice"
        if page.next is None:
            return seen
        assert len(page.rows) == size
        after = page.next


ORDERS = [
    ("id",),
    ("-id",),
    ("town", "id"),
    ("-town", "-id"),
    ("-town", "id"),
    ("weight", "-sent", "id"),
    ("-sent", "town", "-weight", "id"),
    ("sent", "weight", "town", "id"),
]

# Few values, so that ties are the rule; apostrophes, percent signs and other scripts on purpose.
rows = strategies.builds(
    parcel,
    town=strategies.sampled_from(["", "Cork", "cork", "O'Hara %s", "東京", "القاهرة", "A" * 100]),
    weight=strategies.sampled_from(["0.00", "0.10", "-3.05", "9999.99"]),
    sent=strategies.integers(0, 3).map(lambda n: BEGIN + timedelta(microseconds=n)),
)


class TestEveryRowOnce(TestCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        parcels=strategies.lists(rows, max_size=30),
        order=strategies.sampled_from(ORDERS),
        size=strategies.integers(1, 7),
    )
    def test_all_pages_together_are_the_list(self, parcels, order, size):
        Parcel.objects.bulk_create(parcels)
        assert walk(order, size) == list(Parcel.objects.order_by(*order))


@pytest.mark.django_db
class TestPages:
    def test_a_page_is_one_query(self, django_assert_num_queries):
        Parcel.objects.bulk_create([parcel() for _ in range(5)])
        with django_assert_num_queries(1):
            first = keyset_page(Parcel.objects.all(), ("town", "id"), None, 2)
        with django_assert_num_queries(1):
            keyset_page(Parcel.objects.all(), ("town", "id"), first.next, 2)

    def test_the_last_full_page_promises_no_empty_one(self):
        Parcel.objects.bulk_create([parcel() for _ in range(4)])
        first = keyset_page(Parcel.objects.all(), ("id",), None, 2)
        assert keyset_page(Parcel.objects.all(), ("id",), first.next, 2).next is None

    def test_a_row_added_meanwhile_repeats_and_hides_nothing(self):
        Parcel.objects.bulk_create([parcel(town=town) for town in "BDFH"])
        first = keyset_page(Parcel.objects.all(), ("town", "id"), None, 2)
        Parcel.objects.bulk_create([parcel(town="A"), parcel(town="E")])
        second = keyset_page(Parcel.objects.all(), ("town", "id"), first.next, 5)
        assert [row.town for row in second.rows] == ["E", "F", "H"]

    def test_it_sorts_by_an_annotation(self):
        Parcel.objects.bulk_create([parcel(town=town) for town in ("b", "A", "c", "B", "a")])
        queryset = Parcel.objects.annotate(town_lower=Lower("town"))
        towns = [row.town.lower() for row in walk(("town_lower", "id"), 2, queryset)]
        assert towns == ["a", "a", "b", "b", "c"]

    def test_the_filter_of_the_list_stays(self):
        Parcel.objects.bulk_create([parcel(town=town) for town in "ABABAB"])
        queryset = Parcel.objects.filter(town="A")
        assert [row.town for row in walk(("town", "id"), 2, queryset)] == ["A"] * 3

    @pytest.mark.parametrize("after", ["", "nonsense", "W10:abc", "\x00", "é" * 3000])
    def test_a_damaged_address_shows_the_first_page(self, after):
        Parcel.objects.bulk_create([parcel() for _ in range(3)])
        assert len(keyset_page(Parcel.objects.all(), ("id",), after, 2).rows) == 2

    def test_a_cursor_of_another_order_shows_the_first_page(self):
        Parcel.objects.bulk_create([parcel(town=town) for town in "ABC"])
        cursor = keyset_page(Parcel.objects.all(), ("town", "id"), None, 2).next
        rows = keyset_page(Parcel.objects.all(), ("-town", "id"), cursor, 2).rows
        assert [row.town for row in rows] == ["C", "B"]

    def test_postgresql_finds_the_place_in_the_index(self):
        """All rows share the first column: the worst case for a condition an index cannot use."""
        Parcel.objects.bulk_create([parcel() for _ in range(3000)])
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE keyset_tests_parcel")
        middle = Parcel.objects.order_by("id")[1500]
        after = keyset_page(
            Parcel.objects.filter(id__lte=middle.id).order_by("id"), ("town", "id"), None, 1500
        ).next
        with connection.execute_wrapper(explain) as _:
            keyset_page(Parcel.objects.all(), ("town", "id"), after, 50)
        assert "Index Cond: (ROW(" in PLANS[-1]
        assert "Filter" not in PLANS[-1]


PLANS: list[str] = []


def explain(execute, sql, params, many, context):
    with context["connection"].connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + sql, params)
        PLANS.append("\n".join(line for (line,) in cursor.fetchall()))
    return execute(sql, params, many, context)


@pytest.mark.parametrize("order", [(), ("town",), ("returned", "id"), ("before__town", "id")])
def test_an_order_that_would_lose_rows_is_refused(order):
    with pytest.raises(ValueError, match=r"unique|NULL"):
        keyset_page(Parcel.objects.all(), order, None, 10)
