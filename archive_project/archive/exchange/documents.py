"""One file to the Markdown, title and facts of an article; pure, and nothing is ever fetched."""

from __future__ import annotations

import codecs
import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from xml.parsers.expat import ExpatError

import mammoth
import nh3
import yaml
from bs4 import BeautifulSoup
from markdownify import markdownify

from archive.exchange import files

FORMATS = {".md", ".markdown", ".html", ".htm", ".docx"}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
# Where the text stands in the exports of Confluence, BookStack and IT Glue; else the whole body.
PLACES = ("#main-content", ".page-content", "#document-content", "main", "article", "body")


class Unreadable(Exception):
    """The file cannot be made an article; the message says why, for people."""


@dataclass(slots=True)
class Document:
    """What a file says. ``notes`` are for the report."""

    path: str
    title: str
    source: str
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read(path: str, content: bytes) -> Document:
    """Return the document in ``content``. Raises Unreadable."""
    notes: list[str] = []
    facts: dict[str, Any] = {}
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".docx":
        source, title = _html(_docx(content)), ""
    else:
        text = _text(content, notes)
        if suffix in (".html", ".htm"):
            title = _html_title(text)
            source = _html(text)
        else:
            title, source, facts = _markdown(text, notes)
    title = str(facts.get("title") or title or _first_heading(source) or PurePosixPath(path).stem)
    title = " ".join("".join(c if c.isprintable() else " " for c in title).split())[:200]
    return Document(path, title or "Untitled", source, facts, notes)


def _text(content: bytes, notes: list[str]) -> str:
    name = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(name)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
        notes.append("It was not UTF-8 and was read as Windows-1252; look at its accents.")
    if "\x00" in text:
        raise Unreadable("It holds null characters, so it is no text.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _markdown(text: str, notes: list[str]) -> tuple[str, str, dict[str, Any]]:
    found = FRONT.match(text)
    if found is None:
        return "", text, {}
    try:
        facts = yaml.safe_load(found[1]) if "&" not in found[1] else None  # no anchors: no bombs
    except (yaml.YAMLError, ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        notes.append("The front matter is not YAML and was kept as text.")
        return "", text, {}
    return "", text[found.end() :], facts


def _html_title(text: str) -> str:
    soup = BeautifulSoup(text, "html.parser")
    found = soup.find("h1") or soup.find("title")
    return found.get_text(" ", strip=True) if found else ""


def _html(text: str) -> str:
    soup = BeautifulSoup(text, "html.parser")
    place = next((node for css in PLACES if (node := soup.select_one(css))), soup)
    for node in (*place.find_all("h1", limit=1), *place.find_all("nav")):
        node.decompose()
    try:
        clean = nh3.clean(str(place), url_schemes={"http", "https", "mailto", "tel"},
                          clean_content_tags={"script", "style"})  # fmt: skip
        return markdownify(clean, heading_style="ATX", bullets="-").strip() + "\n"
    except RecursionError as error:
        raise Unreadable("Its tags are nested too deeply.") from error


def _docx(content: bytes) -> str:
    try:
        parts, left_out = files.of_zip(content)
    except files.Refused as error:
        raise Unreadable("It is not a DOCX file that can be read.") from error
    if left_out:
        raise Unreadable("It has parts that are too large or lead outside.")
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in parts.values()):
        raise Unreadable("It declares entities, which no word processor does.")
    try:
        result = mammoth.convert_to_html(
            _repacked(parts), convert_image=mammoth.images.img_element(lambda _: {"src": ""})
        )
    except (KeyError, OSError, ValueError, AttributeError, SyntaxError, ExpatError) as error:
        raise Unreadable("It is not a DOCX file that can be read.") from error
    return str(result.value)


def _repacked(parts: dict[str, bytes]) -> io.BytesIO:
    """Return a ZIP of what was read under the caps: the converter itself has none."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    packed.seek(0)
    return packed


def _first_heading(source: str) -> str:
    found = re.search(r"^# (.+)$", source, re.MULTILINE)
    return found[1].strip(" #") if found else ""
