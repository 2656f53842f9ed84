"""Tell in a PDF's metadata (XMP) that the XML inside it is an invoice (Factur-X 1.0, 6.4).

Typst embeds the file but cannot write the properties. They are appended with a new version of the
metadata (an incremental update: ISO 32000-1, 7.5.6), so that all that Typst wrote stays as it is.
"""

from __future__ import annotations

import re

_SCHEMA = """<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>Factur-X PDFA Extension Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>fx</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>{properties}</rdf:Seq></pdfaSchema:property></rdf:li>"""
_PROPERTY = """<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>Text</pdfaProperty:valueType>
<pdfaProperty:category>external</pdfaProperty:category>
<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"""
_WORDS = {
    "DocumentFileName": "name of the embedded XML invoice file",
    "DocumentType": "INVOICE",
    "Version": "version of the Factur-X XML schema",
    "ConformanceLevel": "conformance level of the embedded Factur-X data",
}
_VALUES = """<rdf:Description rdf:about=""
 xmlns:fx="urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#">
<fx:DocumentType>INVOICE</fx:DocumentType><fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>
<fx:Version>1.0</fx:Version><fx:ConformanceLevel>EN 16931</fx:ConformanceLevel></rdf:Description>"""
_BAG = b"<pdfaExtension:schemas><rdf:Bag>"
_END = b"</rdf:RDF>"
_METADATA = re.compile(rb"/Metadata (\d+) 0 R")
_STREAM = re.compile(rb"<<[^<>]*/Length (\d+)[^<>]*>>\s*stream\r?\n")
_TRAILER = re.compile(rb"trailer\s*(<<.*>>)\s*startxref\s*(\d+)\s*%%EOF\s*$", re.DOTALL)


def with_factur_x(pdf: bytes) -> bytes:
    """Return ``pdf``, as Typst writes PDF/A-3, saying that it has an EN 16931 invoice inside.

    Raises ValueError for a file that is built otherwise.
    """
    trailer = _TRAILER.search(pdf, max(0, len(pdf) - 2000))
    if trailer is None:
        raise ValueError("the PDF has no trailer")
    number, old = _metadata(pdf)
    if _BAG not in old or old.count(_END) != 1:
        raise ValueError("the metadata of the PDF have no extension schemas")
    listed = "".join(_PROPERTY.format(name=name, words=words) for name, words in _WORDS.items())
    schema = _SCHEMA.format(properties=listed).encode()
    new = old.replace(_BAG, _BAG + schema).replace(_END, _VALUES.encode() + _END)
    start = len(pdf) + 1
    head = b"%d 0 obj\n<</Length %d/Type/Metadata/Subtype/XML>>\nstream\n" % (number, len(new))
    body = head + new + b"\nendstream\nendobj\n"
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, start)
    entries = trailer[1][:-2] + b"/Prev %s>>" % trailer[2]
    place = start + len(body)
    return b"%s\n%s%strailer\n%s\nstartxref\n%d\n%%%%EOF\n" % (pdf, body, table, entries, place)


def _metadata(pdf: bytes) -> tuple[int, bytes]:
    """Return the number of the metadata object, which Typst writes uncompressed, and its XML."""
    references = _METADATA.findall(pdf)
    if not references:
        raise ValueError("the PDF has no metadata")
    number = int(references[-1])
    start = pdf.rindex(b"\n%d 0 obj\n" % number)
    stream = _STREAM.search(pdf, start)
    if stream is None:
        raise ValueError("the metadata of the PDF are no plain stream")
    return number, pdf[stream.end() : stream.end() + int(stream[1])]
