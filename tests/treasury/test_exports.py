"""Files for bookkeeping: every line of what was issued, in the columns that each program takes."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, draft, issued, signed_in
from treasury import spreadsheet
from treasury.exports.layouts import LAYOUTS
from treasury.exports.queries import rows

YEAR = (date(2025, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "  =1",
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("x")',
    ],
)
def test_a_cell_that_begins_like_a_formula_is_text(cell):
    assert spreadsheet.defused(cell).startswith("'")


@pytest.mark.parametrize(
    ("cell", "shown"),
    [(None, ""), (Decimal("-12.50"), "-12.50"), (-3, "-3"), ("O'Sullivan", "O'Sullivan"), ("", "")],
)
def test_other_cells_stay_as_they_are(cell, shown):
    assert spreadsheet.defused(cell) == shown


@pytest.mark.django_db
@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_every_line_of_what_was_issued_is_a_row_with_as_many_cells_as_the_header(layout):
    row = issued(ACME)
    draft(GLOBEX)
    (only,) = rows(layout, *YEAR)
    assert len(only) == len(layout.header)
    assert row.label in only
    assert row.net in only
    assert not list(rows(layout, date(2026, 1, 1), date(2026, 12, 31)))


@pytest.mark.django_db
def test_the_file_adds_up_to_the_invoices():
    issued(ACME)
    issued(GLOBEX)
    layout = LAYOUTS["csv"]
    made = [dict(zip(layout.header, row, strict=True)) for row in rows(layout, *YEAR)]
    for label in {row["invoice"] for row in made}:
        lines = [row for row in made if row["invoice"] == label]
        assert sum(row["gross"] for row in lines) == lines[0]["invoice gross"]


@pytest.mark.django_db
def test_queries_do_not_grow_with_the_invoices(django_assert_num_queries):
    issued(ACME)
    issued(GLOBEX)
    with django_assert_num_queries(2):
        assert len(list(rows(LAYOUTS["csv"], *YEAR))) == 2


@pytest.mark.django_db
def test_the_clerk_downloads_the_file_of_some_days(nexus):
    row = issued(ACME)
    clerk = signed_in(Level.BILLING, access=nexus.access("billing"))
    asked = {"layout": "xero", "first": "2025-11-01", "last": "2025-11-30"}
    answer = clerk.get(reverse("export"), asked)
    assert answer["Content-Disposition"] == (
        'attachment; filename="invoices-xero-2025-11-01-2025-11-30.csv"'
    )
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    first, *_ = csv.DictReader(io.StringIO(content))
    assert (first["*InvoiceNumber"], first["*ContactName"]) == (row.label, "Acme")
    wrong = clerk.get(reverse("export"), {**asked, "last": "2025-10-01"})
    assert b"lies before the first" in wrong.content
