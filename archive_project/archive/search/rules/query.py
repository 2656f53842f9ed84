"""What a typed query says."""

from __future__ import annotations

import re
from dataclasses import dataclass

PART = re.compile(r'(-?)"([^"]*)"?|(\S+)')
MOST = 16  # words of one query; the rest of a pasted page says nothing more


@dataclass(frozen=True, slots=True)
class Query:
    """The parts of a query, as typed.

    ``words`` may be found, the more the better; ``beginnings`` too, of words; ``phrases`` must be
    found as they stand; ``without`` (words and phrases) must not.
    """

    words: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


def parse(text: str) -> Query:
    """Read ``word``, ``begin*``, ``"a phrase"``, ``-word`` and ``-"a phrase"``."""
    words: list[str] = []
    beginnings: list[str] = []
    phrases: list[str] = []
    without: list[str] = []
    for match in list(PART.finditer(text.replace("\x00", " ")))[:MOST]:
        minus, phrase, word = match.groups()
        if phrase is not None:
            (without if minus else phrases).append(phrase.strip())
        elif word.startswith("-"):
            without.append(word.lstrip("-"))
        elif word.endswith("*"):
            beginnings.append(word.rstrip("*"))
        else:
            words.append(word)
    kept = [
        tuple(dict.fromkeys(part for part in parts if any(map(str.isalnum, part))))
        for parts in (words, beginnings, phrases, without)
    ]
    return Query(*kept)
