"""One file to the Markdown, title and facts of an article; pure, and nothing is ever fetched."""

from __future__ import annotations

import base64
import binascii
import codecs
import io
import posixpath
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote
from xml.parsers.expat import ExpatError

import mammoth
import nh3
import yaml
from bs4 import BeautifulSoup
from markdownify import markdownify

from archive.exchange import files

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
# Where the text stands in the exports of Confluence, BookStack and IT Glue; else the whole body.
REMOTE = re.compile(r"!\[[^\]\n]*\]\(<?https?://", re.IGNORECASE)
DATA = re.compile(r"data:image/([a-z0-9]+)[a-z0-9.+-]*;base64,", re.IGNORECASE)
# A tag costs some 80 µs and 2 KB on its way to Markdown, and a node of a DOCX half of that: 20 MiB
# of them would take the memory of the machine. No article has so many.
MOST_TAGS = 50_000
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)  # the parser looks for each one's end anew
MOST_NODES = 400_000
PLACES = ("#main-content", ".page-content", "#document-content", "main", "article", "body")


class Unreadable(Exception):
    """The file cannot be made an article; the message says why, for people."""


class _Loader(yaml.SafeLoader):
    """YAML without aliases: a few lines of them make a list larger than the memory."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not allowed")
        return super().compose_node(parent, index)


@dataclass(slots=True)
class Document:
    """What a file says. ``notes`` are for the report.

    ``named`` are the names of the files its front matter lists, by their paths; ``embedded`` the
    pictures that were inside, by paths nothing else has.
    """

    path: str
    title: str
    source: str
    facts: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    embedded: dict[str, bytes] = field(default_factory=dict)

    def embed(self, content: bytes, kind: str) -> str:
        """Keep a picture of ``kind``, such as png, and return its path relative to this file."""
        folder, name = posixpath.split(self.path)
        relative = f"{name}.embedded/picture-{len(self.embedded) + 1}.{kind}"
        self.embedded[posixpath.join(folder, relative)] = content
        return quote(relative)


def read(path: str, content: bytes) -> Document:
    """Return the document in ``content``. Raises Unreadable."""
    document = Document(path, "", "")
    suffix = PurePosixPath(path).suffix.lower()
    title = ""
    if suffix == ".docx":
        document.source = _html(_docx(content, document), document)
    else:
        text = _text(content, document.notes)
        if suffix in (".html", ".htm"):
            text = COMMENT.sub("", text)
            _demand_few_tags(text)
            title = _html_title(text)
            document.source = _html(text, document)
        else:
            _markdown(text, document)
    if remote := len(REMOTE.findall(document.source)):
        document.notes.append(f"Pictures of other places that were not fetched: {remote}.")
    found = " ".join((title or _first_heading(document.source)).split())
    stem = PurePosixPath(path).stem
    named = (one_line(str(each or "")) for each in (document.facts.get("title"), found, stem))
    document.title = next(filter(None, named), "Untitled")
    return document


def one_line(title: str) -> str:
    """Return what a file says without what no column and no line can hold: YAML can write NUL."""
    odd = ("Cc", "Cs", "Zl", "Zp")
    return "".join(" " if unicodedata.category(c) in odd else c for c in title).strip()[:200]


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


def _markdown(text: str, document: Document) -> None:
    """Fill in source, facts and named files."""
    document.source = text
    found = FRONT.match(text)
    if found is None:
        return
    try:
        facts = yaml.load(found[1], Loader=_Loader)  # noqa: S506 - a safe loader, and stricter
    except (yaml.YAMLError, ValueError, RecursionError):
        facts = None
    if not isinstance(facts, dict):
        document.notes.append("The front matter is not YAML and was kept as text.")
        return
    document.source, document.facts = text[found.end() :], facts
    folder = posixpath.dirname(document.path)
    stated = facts.get("files")
    for each in stated if isinstance(stated, list) else ():
        path = each.get("path") if isinstance(each, dict) else None
        if isinstance(path, str):
            name = str(each.get("name") or posixpath.basename(path))
            document.named[posixpath.normpath(posixpath.join(folder, path))] = name


def _html_title(text: str) -> str:
    soup = BeautifulSoup(text, "html.parser")
    found = soup.find("h1") or soup.find("title")
    return found.get_text(" ", strip=True) if found else ""


def _demand_few_tags(text: str) -> None:
    if text.count("<") > MOST_TAGS:
        raise Unreadable(f"It has more than {MOST_TAGS} tags.")


def _html(text: str, document: Document) -> str:
    _demand_few_tags(text)
    soup = BeautifulSoup(text, "html.parser")
    place = next((node for css in PLACES if (node := soup.select_one(css))), soup)
    for node in (*place.find_all("h1", limit=1), *place.find_all("nav")):
        node.decompose()
    for node in place.find_all(["img", "a"]):
        name = "src" if node.name == "img" else "href"
        if address := str(node.get(name) or ""):
            node[name] = _address(address, document)
    try:
        clean = nh3.clean(str(place), url_schemes={"http", "https", "mailto", "tel"},
                          clean_content_tags={"script", "style"})  # fmt: skip
        return markdownify(clean, heading_style="ATX", bullets="-").strip() + "\n"
    except RecursionError as error:
        raise Unreadable("Its tags are nested too deeply.") from error


def _address(address: str, document: Document) -> str:
    """Return the address of a link or picture fit for Markdown; a picture inside gets a path."""
    inside = DATA.match(address)
    if inside is None:
        return address.strip().replace(" ", "%20").replace("(", "%28").replace(")", "%29")
    try:
        content = base64.b64decode(address[inside.end() :], validate=False)
    except (binascii.Error, ValueError):
        document.notes.append("A picture inside cannot be read.")
        return ""
    return document.embed(content, inside[1].lower())


def _docx(content: bytes, document: Document) -> str:
    try:
        parts, left_out = files.of_zip(content)
    except files.Refused as error:
        raise Unreadable("It is not a DOCX file that can be read.") from error
    if left_out:
        raise Unreadable("It has parts that are too large or lead outside.")
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in parts.values()):
        raise Unreadable("It declares entities, which no word processor does.")

    if sum(map(_nodes, parts.values())) > MOST_NODES:
        raise Unreadable(f"It has more than {MOST_NODES} tags and attributes.")

    @mammoth.images.img_element
    def picture(image: Any) -> dict[str, str]:
        kind = re.sub(r"[^a-z0-9].*", "", str(image.content_type).rpartition("/")[2].lower())
        try:
            with image.open() as stream:
                return {"src": document.embed(stream.read(), kind or "bin")}
        except (KeyError, OSError, ValueError):  # a link to a place outside is not opened
            document.notes.append("A picture outside of the file was left out.")
            return {"src": ""}

    try:
        result = mammoth.convert_to_html(_repacked(parts), convert_image=picture)
    except (KeyError, OSError, ValueError, AttributeError, SyntaxError, ExpatError) as error:
        raise Unreadable("It is not a DOCX file that can be read.") from error
    return str(result.value)


def _nodes(part: bytes) -> int:
    """Return about how many nodes a parser makes of ``part``; a picture is not parsed."""
    is_xml = part.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<")
    return part.count(b"<") + part.count(b"=") if is_xml else 0


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
