"""What an Atom feed can hold of a text; pure."""

from __future__ import annotations

import re

LONGEST = 300  # characters of a summary
#: Whatever is not a Char of XML 1.0, section 2.2: one of these makes the whole feed unreadable.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return ``text`` without the characters that XML has no way to write, not even escaped."""
    return _NOT_XML.sub("", text)


def whole_tags(html: str) -> str:
    """Return the beginning of a page without a tag or an entity that the cut left half."""
    last = html.rfind("<")
    whole = html[:last] if last > html.rfind(">") else html
    return re.sub(r"&#?\w{0,10}$", "", whole)


def beginning(text: str) -> str:
    """Return the first words of ``text`` on one line, with an ellipsis when there are more."""
    line = " ".join(xml_text(text).split())
    if len(line) <= LONGEST:
        return line
    cut = line[:LONGEST].rpartition(" ")[0] or line[:LONGEST]
    return f"{cut}…"
