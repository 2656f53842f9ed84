"""Rows from outside: what each cell may say, and what a row does to what is there."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import IntegrityError

from tests.treasury.people import ACME, GLOBEX, issued
from treasury.invoices.models import BilledWork
from treasury.usage import operations
from treasury.usage.intake import cells
from treasury.usage.intake.files import UnreadableFile, read
from treasury.usage.intake.kinds import KINDS
from treasury.usage.intake.rows import Companies, Plan, Row
from treasury.usage.models import Device, Reading, TimeEntry

TODAY = date(2025, 11, 24)
COMPANIES = Companies(
    [
        {"id": ACME, "name": "Acme", "account_number": "C-1001"},
        {"id": GLOBEX, "name": "Globex", "account_number": "C-1002"},
        {"id": "7d0fdcd4-7a39-4b5f-8a39-0b6d8fbb9e01", "name": "Twin", "account_number": "C-3"},
        {"id": "7d0fdcd4-7a39-4b5f-8a39-0b6d8fbb9e02", "name": "Twin", "account_number": "C-4"},
    ]
)


def plan(kind: str, *given: dict[str, object]) -> Plan:
    rows = [
        Row(number, {"company": "C-1001", **cells_}) for number, cells_ in enumerate(given, start=1)
    ]
    return KINDS[kind].plan(rows, COMPANIES, TODAY)


def take(kind: str, *given: dict[str, object]) -> Plan:
    made = plan(kind, *given)
    assert not made.has_errors, [row.errors for row in made.rows]
    operations.apply(made, by=None, reason="test")
    return made


WS: dict[str, object] = {"hostname": "ws-1", "kind": "workstation", "from": "2025-11-01"}


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("90", 90), ("1:30", 90), ("1.5 h", 90), ("1,5h", 90), ("0:05", 5), ("", None), (None, None)],
)
def test_time_is_read_as_people_write_it(typed, minutes):
    assert cells.minutes(typed) == minutes


@pytest.mark.parametrize("typed", ["1:75", "soon", "-5", "1.123 h", "٣", "1e3", "NaN"])
def test_time_that_could_mean_anything_is_refused(typed):
    with pytest.raises(cells.Unreadable):
        cells.minutes(typed)


@pytest.mark.parametrize("typed", ["24.11.2025", "11/24/2025", "2025-02-29", "24 Nov", "1"])
def test_a_day_is_written_in_one_way(typed):
    with pytest.raises(cells.Unreadable, match="2026-11-24"):
        cells.day(typed)


@pytest.mark.parametrize(
    ("typed", "value"), [("12", 12), ("12.50", Decimal("12.5")), ("0,5", Decimal("0.5")), ("0", 0)]
)
def test_numbers_have_a_point_or_a_comma(typed, value):
    assert cells.number(typed) == value


@pytest.mark.parametrize("typed", ["1.000,50", "1,000.50", "-1", "1e3", "inf", "12 €"])
def test_numbers_that_could_mean_two_things_are_refused(typed):
    with pytest.raises(cells.Unreadable):
        cells.number(typed)


@pytest.mark.django_db
class TestDevices:
    def test_new_ones_are_added_and_the_same_again_does_nothing(self):
        assert take("devices", WS, {**WS, "hostname": "ws-2"}).count("add") == 2
        assert take("devices", WS, {**WS, "hostname": "ws-2"}).count("same") == 2
        assert Device.objects.filter(company_id=ACME).count() == 2

    def test_an_empty_cell_leaves_what_is_there(self):
        take("devices", {**WS, "note": "Reception", "price": "40"})
        take("devices", {"hostname": "WS-1", "note": ""})
        device = Device.objects.get()
        assert (device.note, device.custom_price) == ("Reception", 40)

    def test_what_changes_how_it_is_billed_from_a_later_day_keeps_the_days_before(self):
        take("devices", WS)
        take("devices", {"hostname": "ws-1", "kind": "server", "from": "2025-11-15"})
        rows = Device.objects.order_by("start").values_list("kind", "start", "end")
        assert list(rows) == [
            ("workstation", date(2025, 11, 1), date(2025, 11, 15)),
            ("server", date(2025, 11, 15), None),
        ]

    def test_the_last_day_still_counts(self):
        take("devices", WS)
        take("devices", {"hostname": "ws-1", "last_day": "2025-11-20"})
        assert Device.objects.get().end == date(2025, 11, 21)

    def test_a_renamed_device_is_known_by_the_id_of_the_rmm(self):
        take("devices", {**WS, "external_id": "42"})
        made = take("devices", {"hostname": "reception", "external_id": "42"})
        assert made.rows[0].changes == ["hostname: ws-1 → reception"]
        assert Device.objects.get().hostname == "reception"

    def test_one_that_comes_back_is_there_twice_but_not_at_once(self):
        take("devices", {**WS, "last_day": "2025-11-10"})
        take("devices", {**WS, "from": "2025-11-20"})
        assert Device.objects.count() == 2

    @pytest.mark.parametrize(
        ("row", "column", "why"),
        [
            ({"company": "Nobody"}, "company", "knows no company"),
            ({"company": "twin"}, "company", "more than one"),
            ({"company": ""}, "company", "is missing"),
            ({"hostname": " "}, "hostname", "is missing"),
            ({"kind": "toaster"}, "kind", "is not one of"),
            ({"kind": ""}, "kind", "is missing"),
            ({"from": "yesterday"}, "from", "is not a day"),
            ({"last_day": "2025-10-01"}, "last_day", "before the first"),
            ({"billed": "custom"}, "price", "is missing"),
            ({"billed": "free", "price": "3"}, "price", "only there"),
            ({"hostnam": "x"}, "hostnam", "no column"),
            ({"hostname": "x" * 201}, "hostname", "longer than"),
        ],
    )
    def test_a_row_that_cannot_be_taken_says_what_is_wrong(self, row, column, why):
        made = plan("devices", {**WS, **row})
        assert why in made.rows[0].errors[column]
        with pytest.raises(operations.NotPossible):
            operations.apply(made, by=None, reason="test")
        assert not Device.objects.exists()

    def test_one_device_twice_in_a_file_is_a_mistake(self):
        made = plan("devices", WS, {**WS, "hostname": "WS-1"})
        assert "row 1 already" in made.rows[1].errors["hostname"]

    def test_days_that_overlap_an_earlier_stay_are_a_mistake(self):
        take("devices", {**WS, "last_day": "2025-11-10"})
        take("devices", {**WS, "from": "2025-11-20"})
        made = plan("devices", {**WS, "from": "2025-11-05"})
        assert "there already" in made.rows[0].errors["from"]

    def test_queries_do_not_grow_with_the_rows(self, django_assert_num_queries):
        many = [{**WS, "hostname": f"ws-{number}"} for number in range(300)]
        with django_assert_num_queries(1):
            made = plan("devices", *many)
        with django_assert_num_queries(3):  # savepoint, the rows, release
            operations.apply(made, by=None, reason="test")


@pytest.mark.django_db
class TestWork:
    ENTRY: dict[str, object] = {
        "day": "2025-11-20", "person": "Tara", "minutes": "1:30", "external_id": "T-1/1",
    }  # fmt: skip

    def test_an_edited_ticket_changes_its_entry_and_adds_no_other(self):
        take("time", self.ENTRY)
        made = take("time", {**self.ENTRY, "minutes": "45"})
        assert made.rows[0].changes == ["minutes: 90 → 45"]
        assert TimeEntry.objects.get().minutes == 45

    def test_billed_work_stays_as_it_was_but_for_its_note(self):
        take("time", self.ENTRY)
        BilledWork.objects.create(entry=TimeEntry.objects.get(), invoice=issued())
        made = plan("time", {**self.ENTRY, "day": "2025-11-21"})
        assert "has been billed" in made.rows[0].errors["day"]
        take("time", {**self.ENTRY, "note": "Toner"})
        assert TimeEntry.objects.get().note == "Toner"
        with pytest.raises(IntegrityError, match="has been billed"):
            TimeEntry.objects.update(minutes=5)

    @pytest.mark.parametrize(
        ("row", "column"),
        [
            ({"minutes": "25:00"}, "minutes"),
            ({"minutes": "0"}, "minutes"),
            ({"day": "2025-12-24"}, "day"),
            ({"person": ""}, "person"),
            ({"rate_class": "gold"}, "rate_class"),
            ({"billable": "perhaps"}, "billable"),
        ],
    )
    def test_a_row_that_cannot_be_taken_says_what_is_wrong(self, row, column):
        assert column in plan("time", {**self.ENTRY, **row}).rows[0].errors


@pytest.mark.django_db
def test_a_reading_of_the_same_day_is_put_right():
    reading = {"subject": "srv-1", "day": "2025-11-01", "quantity": "800"}
    take("readings", reading)
    take("readings", {**reading, "quantity": "812.5"})
    assert Reading.objects.get().quantity == Decimal("812.5")


def test_a_file_is_read_as_spreadsheets_write_it():
    for content in (
        "Hostname;Last day\r\nws-1;2025-11-20\r\n;\r\n".encode("utf-8-sig"),
        b"hostname,last_day\nws-1,2025-11-20\n",
    ):
        assert read("x.csv", content) == [{"hostname": "ws-1", "last_day": "2025-11-20"}]
    assert read("x.csv", "hostname\nBüro".encode("cp1252")) == [{"hostname": "Büro"}]


def test_a_file_of_excel_is_read():
    book = openpyxl.Workbook()
    for row in (["Hostname", "From", "Price"], ["ws-1", date(2025, 11, 1), 40]):
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    (row,) = read("x.xlsx", packed.getvalue())
    assert (row["hostname"], row["price"]) == ("ws-1", 40)
    assert cells.day(row["from"]) == date(2025, 11, 1)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("x.csv", b"", "empty"),
        ("x.csv", b"hostname\n", "no rows"),
        ("x.csv", b"a,a\n1,2\n", "same name"),
        ("x.csv", b"a,\n1,2\n", "without a name"),
        ("x.csv", b"\x00\x01", "not a CSV"),
        ("x.csv", b'a\n"never closed', "not a CSV"),
        ("x.xlsx", b"PK no", "not an Excel"),
        ("x.csv", b"a\n" + b"1\n" * 20_001, "more than 20,000"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(name, content, why):
    with pytest.raises(UnreadableFile, match=why):
        read(name, content)
