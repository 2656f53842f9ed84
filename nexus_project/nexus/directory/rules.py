"""Rules of the directory that need no database: how values are written, what a merge keeps."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,30}(?: ?(?:x|ext\.?) ?[0-9]{1,6})?")
EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")
SEARCH_WORDS = 8
SEARCH_WORD_LENGTH = 100
TAGS = 50
TAG_LENGTH = 50


def tidy(text: str) -> str:
    """Return one line of text without control characters, doubled or outer spaces, in NFC."""
    printable = "".join(" " if unicodedata.category(char) == "Cc" else char for char in text)
    return unicodedata.normalize("NFC", " ".join(printable.split()))


def distinct(values: Iterable[str]) -> list[str]:
    """Return the values that are not empty, each once, in the order they came."""
    return list(dict.fromkeys(value for value in values if value))


def normal_tags(tags: Iterable[str]) -> list[str]:
    """Return tags in small letters, each once, sorted."""
    return sorted(distinct(tidy(tag).lower() for tag in tags))


def tags_complaint(tags: Sequence[str]) -> str:
    """Return what is wrong with the tags of one company, for people to read; "" if nothing is."""
    if len(tags) > TAGS:
        return f"A company has at most {TAGS} tags."
    for tag in tags:
        if len(tag) > TAG_LENGTH:
            return f"A tag has at most {TAG_LENGTH} characters: {tag[:TAG_LENGTH]}…"
        if "," in tag:  # lists of tags are written with commas
            return f"A tag has no comma: {tag}"
    return ""


def normal_domain(text: str) -> str:
    """Return the bare domain of what people paste: ``https://Acme.example/x`` is acme.example."""
    bare = re.sub(r"^[a-z]+://", "", tidy(text).lower())
    return re.split(r"[/?#:]", bare.rpartition("@")[2])[0].rstrip(".")


def normal_website(text: str) -> str:
    """Return an address with its scheme: a pasted ``www.acme.example`` means https."""
    line = tidy(text)
    return f"https://{line}" if line and "://" not in line else line


def normal_email(text: str) -> str:
    """Return an e-mail address in small letters: nobody runs mailboxes that differ by case."""
    return tidy(text).lower()


def normal_notes(text: str) -> str:
    """Return several lines as stored: a browser sends CR LF, which is no change of the text."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def normal_phone(text: str) -> str:
    """Return a telephone number as people write it, with ``+`` for a leading ``00``."""
    return re.sub(r"^00(?=[1-9])", "+", tidy(text))


def full_name(first: str, last: str) -> str:
    """Join a name; in Chinese, Japanese and Korean writing the family name comes first."""
    if EAST_ASIAN.fullmatch(first) and EAST_ASIAN.fullmatch(last):
        return f"{last}{first}"
    return f"{first} {last}".strip()


def search_words(text: str) -> list[str]:
    """Return the words that must all occur. What looks like a telephone number is one of digits.

    A number loses its leading zeros, so that ``020 914 8786`` finds ``+353 20 914 8786``.
    """
    line = tidy(text)
    digits = re.sub(r"\D", "", line)
    if len(digits) >= 6 and re.fullmatch(r"[0-9+()./ -]+", line):
        return [digits.lstrip("0")[:SEARCH_WORD_LENGTH]]
    return [word[:SEARCH_WORD_LENGTH] for word in line.split()[:SEARCH_WORDS]]


Scalar = str | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The values of the row that stays, and what of the other row found no field."""

    values: dict[str, str]
    lists: dict[str, list[str]]
    external_ids: dict[str, str]
    leftovers: list[str]


def merge(
    *,
    values: tuple[Mapping[str, str], Mapping[str, str]],
    lists: tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]],
    external_ids: tuple[Mapping[str, str], Mapping[str, str]],
    labels: Mapping[str, str],
) -> Merged:
    """Unite two rows, each argument being (that of the row that stays, that of the other).

    A field that is filled keeps its value; an empty one takes the other's. Two values for one field
    put the other's into ``leftovers`` as "Label: value", so nothing is lost.
    """
    mine, theirs = values
    leftovers = [
        f"{labels.get(name, name)}: {value}"
        for name, value in theirs.items()
        if value and mine.get(name) and mine[name] != value
    ]
    keys, other_keys = external_ids
    leftovers += [
        f"{system}: {key}"
        for system, key in other_keys.items()
        if system in keys and keys[system] != key
    ]
    return Merged(
        values={name: mine[name] or theirs.get(name, "") for name in mine},
        lists={name: distinct([*lists[0][name], *lists[1][name]]) for name in lists[0]},
        external_ids={**other_keys, **keys},
        leftovers=leftovers,
    )


def joined_notes(notes: str, other: str, heading: str, leftovers: Iterable[str]) -> str:
    """Return the notes of both rows and the leftovers of a merge below ``heading``."""
    lines = [f"- {leftover}" for leftover in leftovers]
    block = "\n".join([heading, *lines])
    return "\n\n".join(part for part in (notes.strip(), other.strip(), block) if part)
