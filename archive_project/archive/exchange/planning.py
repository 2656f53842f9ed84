"""What an import makes of its files before anything is written: the same for a preview."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath

from archive.articles.models import Article
from archive.exchange.apart import read
from archive.exchange.documents import Document, Unreadable
from archive.exchange.files import FORMATS, MOST_BYTES, Refused
from archive.spaces.rules import slug_for

INDEXES = ("index", "readme")


class Step(StrEnum):
    """What an import is at; each counts its files anew."""

    READING = "reading"
    ATTACHING = "attaching"
    WRITING = "writing"


Tell = Callable[[Step, int, int, str], None]  # the step, how many of how many are done, which file


@dataclass(frozen=True, slots=True)
class Row:
    """One file in the report: ``done`` is new, changed, unchanged, attached, or left out.

    ``why`` is what somebody should know of it, ``files`` how many were attached to its article.
    """

    path: str
    done: str
    why: str = ""
    files: int = 0


def read_all(files: Mapping[str, bytes], tell: Tell) -> tuple[dict[str, Document], list[Row]]:
    """Return the documents by path, and the report of those that cannot be read.

    Raises Refused when the pictures inside them are too much.
    """
    documents: dict[str, Document] = {}
    report: list[Row] = []
    room = MOST_BYTES
    ordered = sorted(files.items(), key=lambda item: (item[0].count("/"), item[0]))
    for number, (path, content) in enumerate(ordered, start=1):
        tell(Step.READING, number, len(ordered), path)
        if PurePosixPath(path).suffix.lower() not in FORMATS:
            continue
        try:
            documents[path] = read(path, content)
        except Unreadable as error:
            report.append(Row(path, "left out", str(error)))
            continue
        room -= sum(map(len, documents[path].embedded.values()))
        if room < 0:
            raise Refused("The pictures inside the files are larger than 100 MiB together.")
    listed = {path for document in documents.values() for path in document.named}
    kept = {path: each for path, each in documents.items() if path not in listed}
    return kept, [row for row in report if row.path not in listed]


def in_order(documents: Mapping[str, Document]) -> list[Document]:
    """Return the documents as they are written: what stands above others first."""
    return sorted(documents.values(), key=_order)


def slugs_of(documents: Mapping[str, Document]) -> dict[str, str]:
    """Return the address of each document by its path: stated, or what its title gives."""
    slugs: dict[str, str] = {}
    taken: set[str] = set()
    for path, document in documents.items():
        stated = document.facts.get("slug")
        name = stated if isinstance(stated, str) else document.title
        slugs[path] = slug_for(name, taken, fallback="article")
        taken.add(slugs[path])
    return slugs


class Tree:
    """The articles of an import by the paths of their files, to find what stands above a file."""

    def __init__(self) -> None:
        self._by_stem: dict[str, Article] = {}

    def add(self, path: str, article: Article) -> None:
        self._by_stem[posixpath.splitext(path)[0].lower()] = article

    def above(self, path: str) -> Article | None:
        """Return the article above a file: ``a/b.md`` is below ``a.md``, or ``a/index.html``."""
        folder, name = posixpath.split(path)
        if PurePosixPath(name).stem.lower() in INDEXES:
            folder = posixpath.dirname(folder)
        while folder:
            for stem in (folder, *(f"{folder}/{index}" for index in INDEXES)):
                if (found := self._by_stem.get(stem.lower())) is not None:
                    return found
            folder = posixpath.dirname(folder)
        return None


def _order(document: Document) -> tuple[int, int, str]:
    path, position = document.path, document.facts.get("position")
    index = PurePosixPath(path).stem.lower() in INDEXES
    depth = path.count("/") * 2 - index
    return depth, position if isinstance(position, int) else 0, path
