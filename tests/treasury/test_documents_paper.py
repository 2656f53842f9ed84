"""A paper whose sums are wrong cannot be made, so it cannot be printed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.treasury.papers import LOW, SELLER, VAT, changed, eur, line, paper
from treasury.documents.paper import Kind, PaperLine, printable
from treasury.documents.quantities import counted

WRONG = {
    "net and tax are not the gross": {"gross": eur("123.01"), "open": eur("123.01")},
    "lines are not the net": {"net": eur("99.99"), "gross": eur("122.99"), "open": eur("122.99")},
    "paid and open are not the gross": {"paid": eur(1)},
    "a credit note of nothing": {"kind": Kind.CREDIT_NOTE},
    "no lines but an amount": {"lines": ()},
    "no breakdown": {"taxes": (), "tax": eur(0), "gross": eur(100), "open": eur(100)},
}


@pytest.mark.parametrize("name", WRONG)
def test_it_refuses(name):
    with pytest.raises(ValueError):
        changed(paper(), **WRONG[name])


def test_the_breakdown_is_by_the_taxes_of_the_lines():
    good = paper(line("100", VAT), line("50", LOW))
    first, second = good.taxes
    moved = (changed(first, base=eur("150")), changed(second, base=eur("0")))
    with pytest.raises(ValueError, match="base of VAT"):
        changed(good, taxes=moved)
    moved = (changed(first, amount=eur("23.01")), changed(second, amount=eur("6.74")))
    with pytest.raises(ValueError, match="VAT"):
        changed(good, taxes=moved)


def test_a_line_says_how_it_is_taxed():
    with pytest.raises(ValueError, match="nothing says"):
        PaperLine("Care", eur(1), ())


def test_the_accent_is_a_colour():
    with pytest.raises(ValueError, match="no colour"):
        changed(SELLER, accent="red")


def test_what_no_font_and_no_xml_has_is_left_out():
    assert printable("a\x00b\ud800c\u202ed\ne") == "abcd e"


def counting(**more):
    part = {"quantity": "12", "included": "2", "share": "1/1", "exact": "450/1", **more}
    return {"is": "Counting", "basis": {"parts": [part]}}


COUNTED = [
    (counting(), (Decimal(10), "", Decimal(45))),
    (counting(share="3/1", exact="1350/1"), (Decimal(10), "", Decimal(135))),
    (counting(share="17/30"), None),
    (counting(exact="100/3"), None),
    (counting(quantity="2"), None),
    ({"is": "Counting", "basis": {"parts": []}}, None),
    (
        {"is": "Working", "basis": {"parts": [{"minutes": 90, "exact": "120/1"}]}},
        (Decimal("1.5"), "h", Decimal(80)),
    ),
    ({"is": "Working", "basis": {"parts": [{"minutes": 100, "exact": "120/1"}]}}, None),
    ({"is": "Floor", "basis": {}}, None),
    ({"sentences": ["Given back"]}, None),
]


@pytest.mark.parametrize(("explanation", "answer"), COUNTED)
def test_quantity_and_price_only_where_they_are_one_each(explanation, answer):
    assert counted(explanation) == answer
