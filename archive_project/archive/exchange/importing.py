"""Documents to articles of one space: again and again without duplicates."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_date, parse_datetime

from archive.articles import operations
from archive.articles.models import LONGEST, Article, Kind, Visibility
from archive.articles.operations import Draft
from archive.exchange import linking
from archive.exchange.attaching import Shelf
from archive.exchange.documents import FORMATS, Document, Unreadable, read
from archive.exchange.files import MOST_BYTES, Refused
from archive.spaces.models import Kind as SpaceKind
from archive.spaces.models import Space
from archive.spaces.rules import slug_for

INDEXES = {"index", "readme"}


@dataclass(frozen=True, slots=True)
class Row:
    """One file in the report: ``done`` is new, changed, unchanged, attached, or left out."""

    path: str
    done: str
    why: str = ""


def run(
    *, space: Space, files: Mapping[str, bytes], left_out: Mapping[str, str], by: Any,
    dry: bool = False, tell: Callable[[int, int], None] | None = None,
) -> list[Row]:  # fmt: skip
    """Import ``files`` and return the report; ``dry``, nothing is kept.

    A file whose address (its ``slug``, or what its title gives) is taken by an article of the
    space changes that article, as a revision; so the same files twice change nothing. What texts
    show or link to is attached to their articles. Each article is one transaction: what was
    interrupted is run again. ``tell`` hears how many articles of how many are done.
    Raises Refused when the pictures inside the files are too much.
    """
    documents, report = _read(files)
    report += [Row(path, "left out", why) for path, why in left_out.items()]
    with transaction.atomic() if dry else nullcontext():
        slugs = _slugs(documents)
        shelf = Shelf(documents, files, by=by, dry=dry)
        shelf.put(space, slugs)
        made: dict[str, Article] = {}
        for number, (_, document) in enumerate(sorted(documents.items(), key=_order), start=1):
            report.append(_one(space, document, slugs, made, shelf))
            if tell:
                tell(number, len(documents))
        if dry:
            transaction.set_rollback(True)
    report += _of_files(files.keys() - documents.keys() - {row.path for row in report}, shelf)
    return sorted(report, key=lambda row: row.path)


def _read(files: Mapping[str, bytes]) -> tuple[dict[str, Document], list[Row]]:
    """Return the documents by path, and the report of those that cannot be read."""
    documents: dict[str, Document] = {}
    report: list[Row] = []
    room = MOST_BYTES
    for path, content in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
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


def _of_files(paths: Iterable[str], shelf: Shelf) -> Iterator[Row]:
    """Yield the report of what is no text of its own."""
    attached = {path for _, path in shelf.addresses}
    for path in paths:
        if path in shelf.refused:
            yield Row(path, "left out", shelf.refused[path])
        elif path in attached:
            yield Row(path, "attached" if shelf.done[path] else "unchanged")
        else:
            yield Row(path, "left out", "no Markdown, HTML or DOCX, and no article links to it")


def _order(item: tuple[str, Document]) -> tuple[int, int, str]:
    path, document = item
    position = document.facts.get("position")
    index = PurePosixPath(path).stem.lower() in INDEXES
    depth = path.count("/") * 2 - index
    return depth, position if isinstance(position, int) else 0, path


def _slugs(documents: Mapping[str, Document]) -> dict[str, str]:
    slugs: dict[str, str] = {}
    for path, document in documents.items():
        stated = document.facts.get("slug")
        name = stated if isinstance(stated, str) else document.title
        slugs[path] = slug_for(name, set(slugs.values()), fallback="article")
    return slugs


@transaction.atomic
def _one(space: Space, document: Document, slugs: Mapping[str, str], made: dict[str, Article],
         shelf: Shelf) -> Row:  # fmt: skip
    path, facts = document.path, document.facts
    if len(document.source) > LONGEST:
        return Row(path, "left out", f"longer than {LONGEST} characters")
    Space.objects.select_for_update().get(pk=space.pk)  # two imports make one article
    article = Article.objects.select_related("space").filter(space=space, slug=slugs[path]).first()
    if article is not None and article.deleted_at is not None:
        return Row(path, "left out", "its article is in the trash")
    above = _above(path, made)
    draft = Draft(
        title=document.title, source=_linked(document, slugs, space, shelf), tags=_tags(facts),
        visibility=_visibility(facts, space, article), parent_id=above.pk if above else None,
        comment=f"Imported from {path}"[:200],
    )  # fmt: skip
    try:
        done, article = _save(space, article, draft, document, slugs[path], shelf.by)
    except operations.NotPossible as error:
        return Row(path, "left out", str(error))
    made[path] = article
    attached = shelf.adopt(document, article)
    notes = [*document.notes, *([f"Files attached: {attached}."] if attached else [])]
    notes += [f"{why}: {file}" for file, why in shelf.refused.items() if file in document.embedded]
    return Row(path, "changed" if done == "unchanged" and attached else done, " ".join(notes))


def _save(space: Space, article: Article | None, draft: Draft, document: Document, slug: str,
          by: Any) -> tuple[str, Article]:  # fmt: skip
    if article is not None:
        changed = operations.save(
            article=article, draft=draft, expected_version=article.version, by=by
        )
        return "changed" if changed else "unchanged", article
    kind = document.facts.get("kind")
    kind = kind if kind in Kind.values else Kind.ARTICLE
    article = operations.create(space=space, draft=draft, by=by, kind=kind)
    _restore_facts(article, slug, document.facts)
    return "new", article


def _restore_facts(article: Article, slug: str, facts: Mapping[str, Any]) -> None:
    """Give a new article what its revisions do not hold; they are its first values."""
    position = facts.get("position")
    values: dict[str, Any] = {"slug": slug, "pinned": facts.get("pinned") is True}
    values["review_on"] = _day(facts.get("review_on"))
    created, updated = (_instant(facts.get(name), article) for name in ("created", "updated"))
    if created and updated and created <= updated:
        values |= {"created_at": created, "updated_at": updated}
    if isinstance(position, int) and 0 <= position < 2**31:
        values["position"] = position
    Article.objects.filter(pk=article.pk).update(**values)


def _day(stated: object) -> date | None:
    try:
        return parse_date(_text(stated))
    except ValueError:
        return None


def _instant(stated: object, article: Article) -> datetime | None:
    """Return the instant that is meant, unless it lies in the future or has no time zone."""
    try:
        instant = parse_datetime(_text(stated))
    except ValueError:
        return None
    if instant is None or instant.tzinfo is None or instant > article.created_at:
        return None
    return instant


def _text(stated: object) -> str:
    """Return a date as its ISO text: YAML reads one without quotes as a date."""
    return stated.isoformat() if isinstance(stated, date) else str(stated or "")


def _above(path: str, made: Mapping[str, Article]) -> Article | None:
    """Return the article a file stands below: ``a/b.md`` below ``a.md``, or ``a/index.html``."""
    folder, name = posixpath.split(path)
    stems = {posixpath.splitext(known)[0].lower(): article for known, article in made.items()}
    if PurePosixPath(name).stem.lower() in INDEXES:
        folder = posixpath.dirname(folder) if folder else ""
    while folder:
        for stem in (folder, *(f"{folder}/{index}" for index in sorted(INDEXES))):
            if (found := stems.get(stem.lower())) is not None:
                return found
        folder = posixpath.dirname(folder)
    return None


def _linked(document: Document, slugs: Mapping[str, str], space: Space, shelf: Shelf) -> str:
    def address_of(path: str) -> str | None:
        if file := shelf.address(document, path):
            return file
        return f"/articles/{space.slug}/{slugs[path]}" if path in slugs else None

    source = linking.replaced(document.source, document.path, address_of)
    return linking.linked_only(source, shelf.plain)


def _tags(facts: Mapping[str, Any]) -> tuple[str, ...]:
    stated = facts.get("tags")
    words = stated if isinstance(stated, list) else str(stated or "").split(",")
    tags = {" ".join(str(tag).lower().split())[:40].strip() for tag in words} - {""}
    return tuple(sorted(tags)[:20])


def _visibility(facts: Mapping[str, Any], space: Space, article: Article | None) -> str:
    """Return who reads it: what the file says, else what it was, else the staff."""
    stated = facts.get("visibility")
    if stated == Visibility.CLIENT and space.kind != SpaceKind.INTERNAL:
        return Visibility.CLIENT
    if stated is None and article is not None:
        return str(article.visibility)
    return Visibility.INTERNAL
