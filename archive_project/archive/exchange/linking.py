"""The relative links of an imported text: finding and replacing them; pure Python."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from urllib.parse import unquote

# What stands between "](" and its end: no address of its own, no anchor; one pair of parentheses
# may be part of a name, as in "picture (1).png" that was encoded.
_BARE = r"(?!/|#|<|[a-z][a-z0-9+.-]*:)(?P<bare>[^()\s#]+(?:\([^()\s]*\)[^()\s#]*)*)(?=[#)\s])"
_ANGLED = r"<(?!/|#|[a-z][a-z0-9+.-]*:)(?P<angled>[^<>\n]+)>"
LINK = re.compile(rf"\]\((?:{_ANGLED}|{_BARE})", re.IGNORECASE)
REFERENCE = re.compile(
    r"^(?P<label> {0,3}\[[^\]\n]+\]:[ \t]+)(?!/|#|<|[a-z][a-z0-9+.-]*:)(?P<bare>[^\s#]+)",
    re.IGNORECASE | re.MULTILINE,
)
PICTURE = re.compile(r"!(\[(?:[^\[\]\\]|\\.)*\]\()(?=([^\s)]+))")


def resolved(folder: str, target: str) -> str:
    """Return the path that ``target`` means in a file of ``folder``; it may lead outside."""
    return posixpath.normpath(posixpath.join(folder, unquote(target.partition("?")[0])))


def targets(source: str, path: str) -> Iterator[str]:
    """Yield the paths that the relative links of ``source``, a file at ``path``, lead to."""
    folder = posixpath.dirname(path)
    for found in LINK.finditer(source):
        yield resolved(folder, found["bare"] or found["angled"])
    for found in REFERENCE.finditer(source):
        yield resolved(folder, found["bare"])


def replaced(source: str, path: str, address_of: Callable[[str], str | None]) -> str:
    """Return ``source`` with the address of each path that has one in place of its link."""
    folder = posixpath.dirname(path)

    def inline(found: re.Match[str]) -> str:
        address = address_of(resolved(folder, found["bare"] or found["angled"]))
        return f"]({address}" if address else found[0]

    def reference(found: re.Match[str]) -> str:
        address = address_of(resolved(folder, found["bare"]))
        return f"{found['label']}{address}" if address else found[0]

    return REFERENCE.sub(reference, LINK.sub(inline, source))


def linked_only(source: str, addresses: set[str]) -> str:
    """Return ``source`` with a link in place of a picture for each of ``addresses``.

    A browser is not shown an SVG or a TIFF: its reader may fetch it.
    """

    def link(found: re.Match[str]) -> str:
        return found[1] if found[2] in addresses else found[0]

    return PICTURE.sub(link, source) if addresses else source
