"""The names of spaces in addresses; pure Python."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container

from anyascii import anyascii

SLUG_LENGTH = 80
READ = 1000  # characters of a name: a heading may be a page of signs that mean a sentence each


def slug_for(name: str, taken: Container[str] = (), fallback: str = "page") -> str:
    """Return the address form of ``name`` that is not in ``taken``: ``Café 1`` to ``cafe-1``.

    Every script is written in Latin letters, ``Принтер`` as ``printer``. A name that has nothing
    to write becomes ``fallback``; what is taken gets the next free number behind it.
    """
    latin = "".join(map(_latin, unicodedata.normalize("NFKC", name[:READ]))).lower()
    slug = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:SLUG_LENGTH].rstrip("-") or fallback
    if slug not in taken:
        return slug
    number = 2
    while f"{slug}-{number}" in taken:
        number += 1
    return f"{slug}-{number}"


def _latin(sign: str) -> str:
    """Return ``sign`` in ASCII, without the marks that stand for sounds and not between words."""
    return sign if sign.isascii() else re.sub("['`]", "", anyascii(sign))


class Counting:
    """Hands out address forms of which none is the same, such as the anchors of a text."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def slug(self, name: str) -> str:
        """Return ``slug_for(name)``, with the next number behind it when it was given before.

        Remembers the last number of each: a thousand equal headings must not count from 2 each.
        """
        plain = slug = slug_for(name)
        while slug in self._numbers:
            self._numbers[plain] += 1
            slug = f"{plain}-{self._numbers[plain]}"
        self._numbers[slug] = 1
        return slug
