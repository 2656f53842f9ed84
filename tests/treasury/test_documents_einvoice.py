"""CII and UBL of a paper: valid by XSD and the EN 16931 Schematron, and saying the same amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.treasury.papers import (
    BUYER,
    LOW,
    SELLER,
    VAT,
    WHY,
    ZERO,
    changed,
    eur,
    line,
    paper,
)
from tests.treasury.validators import NS, broken_peppol_rules, broken_rules
from treasury.billing_rules.money import Money
from treasury.documents import einvoice, pdf
from treasury.documents.paper import Address, Kind, Paper, TaxRow


def assert_valid(document: Paper) -> None:
    xml = einvoice.ubl(document)
    assert broken_rules("cii", einvoice.cii(document)) == []
    assert broken_rules("ubl", xml) == []
    assert broken_peppol_rules(xml) == []


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("code", ["E", "AE", "G", "O"])
def test_a_document_without_tax_says_why_and_is_valid(code, kind):
    without = (code, "VAT", Decimal(0))
    document = paper(line("100.00", without), line("-30.00", without), kind=kind)
    assert_valid(document)
    assert WHY[code] in einvoice.ubl(document).decode()
    assert WHY[code] in einvoice.cii(document).decode()


@pytest.mark.parametrize("kind", list(Kind))
def test_several_rates_zero_among_them_are_valid(kind):
    document = paper(
        line("501.00", VAT, sentences=("12 workstations × 45.00", "2 of them from 14 Nov")),
        line("240.00", LOW, quantity=Decimal(3), unit="h", unit_price=Decimal(80)),
        line("19.99", ZERO),
        line("-0.05", VAT),
        kind=kind,
    )
    assert_valid(document)


def test_taxes_rounded_line_by_line_are_within_what_the_standard_allows():
    """BR-CO-17: 40 lines of 0.33 at 23 % are 3.20 by line and 3.04 by invoice."""
    document = paper(*[line("0.33", VAT) for _ in range(40)])
    assert document.tax == eur("3.20")
    assert_valid(document)


def test_two_taxes_on_a_line_are_one_rate_in_the_e_invoice():
    state, city = ("S", "State tax", Decimal("6.25")), ("S", "City tax", Decimal(2))
    seller = changed(
        SELLER, address=Address(("5 Main",), "78701", "Austin", "US", "TX"), tax_id="12-345"
    )
    document = paper(line("100.00", state, city), seller=seller)
    assert_valid(document)
    root = etree.fromstring(einvoice.ubl(document))
    percents = root.xpath("//cac:TaxSubtotal//cbc:Percent/text()", namespaces=NS)
    amounts = root.xpath("//cac:TaxSubtotal/cbc:TaxAmount/text()", namespaces=NS)
    assert (percents, amounts) == (["8.25"], ["8.25"])


def test_a_credit_note_names_its_invoice_and_asks_for_no_money():
    xml = einvoice.ubl(paper(kind=Kind.CREDIT_NOTE, note="Billed twice"))
    root = etree.fromstring(xml)
    assert etree.QName(root).localname == "CreditNote"
    reference = "cac:BillingReference/cac:InvoiceDocumentReference"
    assert root.findtext(f"{reference}/cbc:ID", namespaces=NS) == "INV-00003"
    assert root.findtext(f"{reference}/cbc:IssueDate", namespaces=NS) == "2026-10-01"
    assert root.findtext("cbc:Note", namespaces=NS) == "Billed twice"
    assert root.find("cac:PaymentMeans", namespaces=NS) is None


def test_quantity_and_price_stand_where_they_multiply_and_else_one_times_the_amount():
    document = paper(
        line("240.00", quantity=Decimal(3), unit="h", unit_price=Decimal(80)),
        line("100.01", quantity=Decimal(3), unit="h", unit_price=Decimal(80)),
        line("-240.00", quantity=Decimal(-3), unit_price=Decimal(80)),
        line("-7.00"),
    )
    root = etree.fromstring(einvoice.ubl(document))
    found = [
        (
            each.findtext("cbc:InvoicedQuantity", namespaces=NS),
            each.findtext("cac:Price/cbc:PriceAmount", namespaces=NS),
        )
        for each in root.findall("cac:InvoiceLine", namespaces=NS)
    ]
    assert found == [("3", "80"), ("1", "100.01"), ("-3", "80"), ("-1", "7")]
    assert_valid(document)


LACKING = {
    "our country": {"seller": changed(SELLER, address=Address())},
    "the client's country": {"buyer": changed(BUYER, address=Address())},
    "our tax id": {"seller": changed(SELLER, tax_id="")},
}


@pytest.mark.parametrize("missing", LACKING)
def test_what_is_missing_is_said_in_words(missing):
    with pytest.raises(einvoice.NotAnEInvoice) as refused:
        einvoice.cii(paper(**LACKING[missing]))
    assert missing in refused.value.missing


def test_no_tax_without_a_reason_is_no_e_invoice():
    document = paper(line("10.00", ("E", "VAT", Decimal(0))))
    row = TaxRow("E", "VAT", Decimal(0), eur("10.00"), eur(0), reason=" ")
    with pytest.raises(einvoice.NotAnEInvoice, match="the reason why no tax is charged"):
        einvoice.cii(changed(document, taxes=(row,)))


def test_reverse_charge_needs_the_tax_id_of_the_client():
    document = paper(line("10", ("AE", "VAT", Decimal(0))), buyer=changed(BUYER, tax_id=""))
    with pytest.raises(einvoice.NotAnEInvoice, match="the client's tax id, since they owe the tax"):
        einvoice.cii(document)


def test_peppol_needs_a_reference_of_the_buyer_and_addresses_of_both():
    document = paper(
        po_number="",
        buyer=changed(BUYER, reference="", email="", peppol_id=""),
        seller=changed(SELLER, email=""),
    )
    assert broken_rules("cii", einvoice.cii(document)) == []
    with pytest.raises(einvoice.NotAnEInvoice) as refused:
        einvoice.ubl(document)
    assert len(refused.value.missing) == 3


def test_a_currency_of_three_places_has_no_e_invoice():
    dinar = Money(Decimal("1.000"), "KWD")
    one = line("1.00")
    tax = changed(one.taxes[0], amount=Money(Decimal("0.230"), "KWD"))
    document = paper()
    odd = changed(
        document,
        currency="KWD",
        lines=(changed(one, net=dinar, taxes=(tax,)),),
        taxes=(changed(document.taxes[0], base=dinar, amount=tax.amount),),
        net=dinar,
        tax=tax.amount,
        gross=dinar + tax.amount,
        paid=Money(Decimal(0), "KWD"),
        open=dinar + tax.amount,
    )
    with pytest.raises(einvoice.NotAnEInvoice, match="which KWD has not"):
        einvoice.cii(odd)


def test_a_bill_without_lines_is_printed_and_is_no_e_invoice():
    row = TaxRow("O", "No tax", Decimal(0), eur(0), eur(0))
    none = {name: eur(0) for name in ("net", "tax", "gross", "open")}
    empty = changed(paper(), lines=(), taxes=(row,), **none)
    assert pdf.render(empty).startswith(b"%PDF")
    with pytest.raises(einvoice.NotAnEInvoice, match="at least one line"):
        einvoice.cii(empty)


def test_the_rules_do_find_a_wrong_sum():
    xml = einvoice.cii(paper()).replace(
        b"<ram:GrandTotalAmount>123.00", b"<ram:GrandTotalAmount>1.00"
    )
    assert any("BR-CO-15" in each for each in broken_rules("cii", xml))
    assert broken_rules("ubl", einvoice.ubl(paper()).replace(b">INV-00012<", b"><", 1)) != []


NAMES = st.text(min_size=1, max_size=80)
RATES = st.sampled_from([VAT, LOW, ZERO])
AMOUNTS = st.decimals("-2000", "90000", places=2)


@st.composite
def papers(draw) -> Paper:
    """An invoice or a credit note of any texts, not all of whose lines are negative."""
    nets = draw(st.lists(AMOUNTS, min_size=1, max_size=6).filter(lambda all_: sum(all_) >= 0))
    lines = [
        line(
            net,
            draw(RATES),
            description=draw(NAMES),
            sentences=tuple(draw(st.lists(NAMES, max_size=2))),
        )
        for net in nets
    ]
    place = Address(tuple(draw(st.lists(NAMES, max_size=4))), draw(NAMES), draw(NAMES), "DE")
    return paper(
        *lines,
        kind=draw(st.sampled_from(Kind)),
        note=draw(st.text(max_size=200)),
        terms=draw(st.text(max_size=50)),
        buyer=changed(BUYER, name=draw(NAMES), legal_name=draw(NAMES), address=place),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(papers())
def test_any_paper_is_a_valid_e_invoice(document):
    assert_valid(document)
