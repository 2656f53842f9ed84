"""EN 16931 e-invoices of a paper: CII as Factur-X has it, and UBL 2.1 for Peppol BIS Billing 3.0.

``terms`` says it once in the standard's own business terms; the library factur-x writes both
syntaxes of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from facturx.generate_xml import generate_cii_xml, generate_ubl_xml
from lxml import etree

from treasury.documents.paper import Paper
from treasury.documents.terms import NotAnEInvoice, terms

__all__ = ["NotAnEInvoice", "cii", "ubl"]

PEPPOL = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
PROCESS = "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"


def cii(paper: Paper) -> bytes:
    """Return ``paper`` as Cross Industry Invoice, profile EN 16931. Raises NotAnEInvoice."""
    written = generate_cii_xml(
        terms(paper), level="en16931", check_xsd=False, check_schematron=False
    )
    return _finished(written, {})


def ubl(paper: Paper) -> bytes:
    """Return ``paper`` as UBL 2.1 for Peppol. Raises NotAnEInvoice."""
    data = terms(paper)
    missing = []
    if "BT-10" not in data and "BT-13" not in data:
        missing.append("a PO number, or the reference that the client asks for")
    if "einvoicing_addr" not in data["BG-4"]:
        missing.append("our Peppol id or e-mail address")
    if "einvoicing_addr" not in data["BG-7"]:
        missing.append("the client's Peppol id")
    if missing:
        raise NotAnEInvoice(missing)
    written = generate_ubl_xml(
        {**data, "BT-23": PROCESS}, level="en16931", check_xsd=False, check_schematron=False
    )
    return _finished(written, {f"{_CBC}CustomizationID": PEPPOL})


def _finished(written: bytes, changes: Mapping[str, str]) -> bytes:
    """Correct what factur-x writes otherwise: it knows no Peppol, and marks empty groups as nil."""
    root = etree.fromstring(written)
    etree.strip_attributes(root, _NIL)
    for name, value in changes.items():
        element = root.find(name)
        if element is None:
            raise AssertionError(f"factur-x writes no {name}")
        element.text = value
    finished: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    return finished
