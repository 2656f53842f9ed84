"""The printed document: PDF/A-3b by Typst, with the Factur-X XML inside where EN 16931 allows."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from datetime import UTC, datetime, time
from functools import cache
from importlib.resources import files
from pathlib import Path
from threading import Lock

import typst

from treasury.documents import einvoice
from treasury.documents.paper import Paper
from treasury.documents.wording import words
from treasury.documents.xmp import with_factur_x

log = logging.getLogger(__name__)

_TEMPLATE = Path(__file__).with_name("typst") / "paper.typ"
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")
_EVERY_FONT_HAS = 0x530  # Latin, Greek, Cyrillic
_PLACEHOLDER = "□"
_TRIES = 20

_missing: set[str] = set()  # characters that no font here has, found once for a process
_one_at_a_time = Lock()  # a Typst compiler is not for two threads


def render(paper: Paper) -> bytes:
    """Return ``paper`` as PDF/A-3b: the same bytes for the same paper, fonts and versions.

    A paper that EN 16931 cannot express (``einvoice.NotAnEInvoice``), and a draft, has no XML
    inside. A character that no font has is printed as □ and logged; the XML has it all the same.
    """
    inputs: dict[str, str] = {}
    if not paper.draft:
        try:
            inputs["xml"] = einvoice.cii(paper).decode()
        except einvoice.NotAnEInvoice as why:
            log.info("%s is a PDF without Factur-X: %s", paper.label, why)
    texts = words(paper)
    moment = datetime.combine(paper.issued_on, time(), UTC)
    for logo in (paper.seller.logo, None):
        picture = {"logo": list(logo)} if logo else {}
        inputs["paper"] = json.dumps(texts | picture, ensure_ascii=False)
        try:
            pdf = _typeset(inputs, moment)
        except typst.TypstError as failure:
            if logo is None or "image" not in str(failure):
                raise
            log.warning("The logo of the seller is no picture that can be printed: %s", failure)
            continue
        return with_factur_x(pdf) if "xml" in inputs else pdf
    raise AssertionError("unreachable")


def _typeset(inputs: dict[str, str], moment: datetime) -> bytes:
    texts = inputs["paper"]
    for attempt in range(_TRIES):
        shown = "".join(_PLACEHOLDER if each in _missing else each for each in texts)
        try:
            return _compile({**inputs, "paper": shown}, moment)
        except typst.TypstError as failure:
            found = _NO_GLYPH.search(str(failure))
            if found is None:
                raise
            _miss(found[1], texts, last=attempt == _TRIES - 2)
    raise AssertionError("a document of placeholders has no character that is missing")


def _miss(text: str, texts: str, *, last: bool) -> None:
    """Remember what cannot be printed: of a script without case all of it, else one character."""
    text = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    every = set(texts)
    scripts = {_script(each) for each in text}
    missing = {each for each in every if _script(each) in scripts}
    if last:
        missing |= {each for each in every if ord(each) >= _EVERY_FONT_HAS and each != _PLACEHOLDER}
    log.warning("No font has %s: printed as □. Install a font that has it.", ascii(text))
    _missing.update(missing)


def _script(character: str) -> str:
    if unicodedata.category(character) == "Lo":
        return unicodedata.name(character, character).split()[0]
    return character


def _compile(inputs: dict[str, str], moment: datetime) -> bytes:
    with _one_at_a_time:
        compiled = _compiler().compile(
            format="pdf", sys_inputs=inputs, pdf_standards="a-3b", timestamp=moment
        )
    if not isinstance(compiled, bytes):
        raise TypeError("Typst made no PDF")
    return compiled


@cache
def _compiler() -> typst.Compiler:
    """Return the compiler with the template and its fonts loaded: once for a process."""
    folder = str(files("fontpkg_fira_sans") / "files")
    fonts = typst.Fonts(include_system_fonts=True, font_paths=[folder])
    return typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts)
