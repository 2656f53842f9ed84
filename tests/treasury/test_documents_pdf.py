"""The PDF: PDF/A-3b as far as Python can tell, Factur-X inside, and all of the text printed."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from decimal import Decimal

import pytest
from facturx import get_facturx_xml_from_pdf, xml_check_xsd
from lxml import etree
from PIL import Image
from pypdf import PdfReader

from tests.treasury.papers import BUYER, SELLER, changed, line, paper
from tests.treasury.validators import broken_rules
from treasury.documents import einvoice, pdf
from treasury.documents.archive import zip_of
from treasury.documents.paper import Kind

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def fonts_of(reader: PdfReader) -> dict[str, dict]:
    found = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            (inner,) = font.get_object()["/DescendantFonts"]
            found[font.get_object()["/BaseFont"]] = inner.get_object()["/FontDescriptor"]
    return found


@pytest.fixture(scope="module")
def printed() -> bytes:
    return pdf.render(paper(line("501.00", sentences=("12 workstations × 45.00",)), line("9.99")))


def test_it_is_pdf_a_3b(printed):
    reader = PdfReader(io.BytesIO(printed))
    root = reader.trailer["/Root"]
    (intent,) = root["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFA1"
    assert "/DestOutputProfile" in intent
    xmp = etree.fromstring(root["/Metadata"].get_data())
    assert xmp.findtext(f".//{PDFA}part") == "3"
    assert xmp.findtext(f".//{PDFA}conformance") == "B"
    assert not reader.is_encrypted
    assert len(reader.trailer["/ID"]) == 2
    assert root["/MarkInfo"]["/Marked"], "tagged, for screen readers"


def test_all_fonts_are_embedded(printed):
    fonts = fonts_of(PdfReader(io.BytesIO(printed)))
    assert any("Fira" in name for name in fonts)
    for name, descriptor in fonts.items():
        assert {"/FontFile2", "/FontFile3"} & descriptor.keys(), name


def test_the_xml_is_inside_as_the_same_invoice_in_another_form(printed):
    root = PdfReader(io.BytesIO(printed)).trailer["/Root"]
    (attached,) = root["/AF"]
    attached = attached.get_object()
    assert attached["/AFRelationship"] == "/Alternative"
    assert attached["/F"] == attached["/UF"] == "factur-x.xml"
    assert root["/Names"]["/EmbeddedFiles"]["/Names"][0] == "factur-x.xml"
    assert attached["/EF"]["/F"]["/Subtype"] == "/text/xml"


def test_the_metadata_say_what_the_xml_is_and_describe_the_words_they_use(printed):
    xmp = etree.fromstring(PdfReader(io.BytesIO(printed)).trailer["/Root"]["/Metadata"].get_data())
    assert {each.tag.removeprefix(FX): each.text for each in xmp.iter(f"{FX}*")} == {
        "DocumentType": "INVOICE",
        "DocumentFileName": "factur-x.xml",
        "Version": "1.0",
        "ConformanceLevel": "EN 16931",
    }
    schemas = xmp.findall(".//{http://www.aiim.org/pdfa/ns/extension/}schemas")
    assert len(schemas) == 1
    spaces = schemas[0].iter("{http://www.aiim.org/pdfa/ns/schema#}namespaceURI")
    assert FX[1:-1] in {each.text for each in spaces}


def test_factur_x_extracts_it_and_it_is_valid(printed):
    name, xml = get_facturx_xml_from_pdf(printed, check_xsd=True, check_schematron=False)
    assert name == "factur-x.xml"
    assert xml_check_xsd(xml, flavor="factur-x", level="en16931")
    assert broken_rules("cii", xml) == []


def test_the_same_paper_is_the_same_bytes():
    document = paper(line("7.77"))
    assert pdf.render(document) == pdf.render(document)


def test_everything_on_the_paper_is_printed():
    two = (
        line("1234.50", quantity=Decimal("1.5"), unit="h", unit_price=Decimal(823)),
        line("-0.50"),
    )
    text = text_of(pdf.render(paper(*two, note="Thank you", terms="Payment terms: 14 days.")))
    for words in (
        "INV-00012", "3 November 2026", "17 November 2026", "1 – 30 November 2026", "PO-991",
        "REF-7", "C-1002", "Globex Holdings GmbH", "Hauptstraße 5", "10115 Berlin DE",
        "DE123456789", "Northbridge IT", "IE6388047V", "IE29 AIBK 9311 5212 3456 78", "AIBKIE2D",
        "1,234.50", "1.5 h", "823.00", "−0.50", "VAT 23 %", "283.82", "1,517.82 EUR", "Thank you",
        "Payment terms: 14 days.", "page 1 of 1", "Thank you for working with us.",
    ):  # fmt: skip
        assert words in text, words


def test_a_credit_note_is_called_so_and_asks_for_no_money():
    text = text_of(pdf.render(paper(kind=Kind.CREDIT_NOTE, label="CN-00001", note="Billed twice")))
    assert "Credit note" in text
    assert "INV-00003 of 1 October 2026" in text
    assert "To your credit" in text
    assert "Please pay" not in text
    assert "IBAN" not in text


def test_a_long_invoice_repeats_its_heads_and_numbers_its_pages():
    many = [line("1.00", description=f"Line number {i}", sentences=("why",)) for i in range(120)]
    reader = PdfReader(io.BytesIO(pdf.render(paper(*many))))
    pages = [page.extract_text() for page in reader.pages]
    assert len(pages) >= 4
    for number, page in enumerate(pages[:-1], start=1):
        assert "Description" in page
        assert f"page {number} of {len(pages)}" in page
    together = " ".join(pages)
    assert all(f"Line number {i}" in together for i in range(120))


HOSTILE = [
    '#import "/etc/passwd" $x^2$ `raw` *bold* _it_ <label> @ref // no /* no */ \\ "q" \'s\' ~',
    '#read("/etc/passwd")',
    "= Heading",
    "]} ) #panic()",
    '</rdf:RDF> <fx:Version>9</fx:Version> xsi:nil="true" & ]]>',
]


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_in_a_name_is_text(words):
    document = paper(
        line(description=words, sentences=(words,)),
        note=words, terms=words, po_number=words, label=words,
        buyer=changed(BUYER, name=words, legal_name=words),
        seller=changed(SELLER, name=words, footer=words),
    )  # fmt: skip
    printed = pdf.render(document)
    bare = text_of(printed).replace(" ", "")
    assert bare.count(words.replace(" ", "")) >= 6
    assert get_facturx_xml_from_pdf(printed, check_schematron=False)[0] == "factur-x.xml"


def test_a_word_of_ten_thousand_letters_stays_on_the_paper():
    reader = PdfReader(io.BytesIO(pdf.render(paper(note="x" * 10_000))))
    assert len(reader.pages) <= 4
    assert "".join(page.extract_text() for page in reader.pages).count("x") > 9_900


def test_letters_of_europe_are_printed_as_they_are():
    words = "Žluťoučký kůň Łódź Ğüneş ő Ελληνικά Кириллица ß €"
    assert words in text_of(pdf.render(paper(note=words)))


def test_other_scripts_are_printed_where_a_font_has_them_and_never_stop_the_invoice(caplog):
    unknown = "\u1400\u1401\u1402 日本語 😀 שלום مرحبا"
    printed = pdf.render(paper(buyer=changed(BUYER, legal_name=f"Known {unknown} GmbH")))
    assert "Known" in text_of(printed)
    _, xml = get_facturx_xml_from_pdf(printed, check_schematron=False)
    assert unknown in xml.decode(), "the e-invoice has the true name"


def test_a_character_without_a_font_is_a_box_and_a_line_in_the_log(caplog, monkeypatch):
    monkeypatch.setattr(pdf, "_missing", set())
    nobody = "\U0001d173\U00016f00"  # Miao, which no font here has
    assert "□" in text_of(pdf.render(paper(note=f"a {nobody} b")))
    assert "printed as □" in caplog.text


def test_a_draft_is_marked_and_is_no_e_invoice():
    printed = pdf.render(paper(draft=True, label="Draft"))
    assert "DRAFT" in text_of(printed)
    assert "/AF" not in PdfReader(io.BytesIO(printed)).trailer["/Root"]


def test_what_is_no_e_invoice_is_a_pdf_all_the_same():
    document = paper(seller=changed(SELLER, tax_id="", registration=""))
    with pytest.raises(einvoice.NotAnEInvoice):
        einvoice.cii(document)
    root = PdfReader(io.BytesIO(pdf.render(document))).trailer["/Root"]
    assert "/AF" not in root
    assert etree.fromstring(root["/Metadata"].get_data()).findtext(f".//{PDFA}part") == "3"


def test_the_logo_is_printed_and_a_broken_one_does_not_stop_the_invoice():
    picture = io.BytesIO()
    Image.new("RGBA", (900, 200), (200, 40, 90, 128)).save(picture, "PNG")
    branded = pdf.render(paper(seller=changed(SELLER, logo=picture.getvalue())))
    assert len(PdfReader(io.BytesIO(branded)).pages[0].images) >= 1
    broken = pdf.render(paper(seller=changed(SELLER, logo=b"\x89PNG nonsense")))
    assert "Northbridge IT" in text_of(broken)


def test_the_zip_has_all_of_them_and_only_one_in_memory():
    content = b"%PDF" + bytes(1_000_000)
    tracemalloc.start()
    size = sum(len(part) for part in zip_of((f"INV-{i:05}.pdf", content) for i in range(40)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 40_000_000
    assert peak < 8_000_000
    whole = b"".join(zip_of([("a.pdf", b"one"), ("b.pdf", b"two")]))
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "a.pdf": b"one",
            "b.pdf": b"two",
        }
    assert zipfile.ZipFile(io.BytesIO(b"".join(zip_of([])))).namelist() == []
    with pytest.raises(ValueError, match="two documents"):
        list(zip_of([("a.pdf", b""), ("a.pdf", b"")]))
