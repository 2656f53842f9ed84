"""Documents to articles of one space: again and again without duplicates."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from django.db import transaction

from archive.articles import operations
from archive.articles.models import LONGEST, Article, Kind, Visibility
from archive.articles.operations import Draft
from archive.exchange.documents import FORMATS, Document, Unreadable, read
from archive.spaces.models import Kind as SpaceKind
from archive.spaces.models import Space
from archive.spaces.rules import slug_for

LINK = re.compile(r"\]\((?!/|#|[a-z][a-z0-9+.-]*:)([^()\s#]+)(?=[#)\s])", re.IGNORECASE)
INDEXES = {"index", "readme"}


@dataclass(frozen=True, slots=True)
class Row:
    """One file in the report: ``done`` is new, changed, unchanged, or left out."""

    path: str
    done: str
    why: str = ""


@transaction.atomic
def run(*, space: Space, files: Mapping[str, bytes], left_out: Mapping[str, str], by: Any,
        dry: bool = False) -> list[Row]:  # fmt: skip
    """Import ``files`` and return the report; all of it or, ``dry``, nothing is kept.

    A file whose address (its ``slug``, or what its title gives) is taken by an article of the
    space changes that article, as a revision; so the same files twice change nothing.
    """
    Space.objects.select_for_update().get(pk=space.pk)
    report = [Row(path, "left out", why) for path, why in left_out.items()]
    documents: dict[str, Document] = {}
    for path, content in sorted(files.items(), key=lambda item: (item[0].count("/"), item[0])):
        if PurePosixPath(path).suffix.lower() not in FORMATS:
            report.append(Row(path, "left out", "no Markdown, HTML or DOCX"))
            continue
        try:
            documents[path] = read(path, content)
        except Unreadable as error:
            report.append(Row(path, "left out", str(error)))
    slugs = _slugs(documents)
    made: dict[str, Article] = {}
    for _, document in sorted(documents.items(), key=_order):
        report.append(_one(space, document, slugs, made, by))
    if dry:
        transaction.set_rollback(True)
    return sorted(report, key=lambda row: row.path)


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


def _one(space: Space, document: Document, slugs: Mapping[str, str], made: dict[str, Article],
         by: Any) -> Row:  # fmt: skip
    path, facts = document.path, document.facts
    if len(document.source) > LONGEST:
        return Row(path, "left out", f"longer than {LONGEST} characters")
    article = Article.objects.select_related("space").filter(space=space, slug=slugs[path]).first()
    if article is not None and article.deleted_at is not None:
        return Row(path, "left out", "its article is in the trash")
    above = _above(path, made)
    draft = Draft(
        title=document.title, source=_absolute(document, slugs, space), tags=_tags(facts),
        visibility=_visibility(facts, space, article), parent_id=above.pk if above else None,
        comment=f"Imported from {path}"[:200],
    )  # fmt: skip
    notes = " ".join(document.notes)
    try:
        if article is not None:
            changed = operations.save(
                article=article, draft=draft, expected_version=article.version, by=by
            )
            made[path] = article
            return Row(path, "changed" if changed else "unchanged", notes)
        kind = facts.get("kind")
        made[path] = article = operations.create(
            space=space, draft=draft, by=by, kind=kind if kind in Kind.values else Kind.ARTICLE
        )
    except operations.NotPossible as error:
        return Row(path, "left out", str(error))
    _restore_facts(article, slugs[path], facts)
    return Row(path, "new", notes)


def _restore_facts(article: Article, slug: str, facts: Mapping[str, Any]) -> None:
    """Give a new article what its revisions do not hold; they are its first values."""
    due, position = facts.get("review_on"), facts.get("position")
    values: dict[str, Any] = {"slug": slug, "pinned": facts.get("pinned") is True}
    if isinstance(due, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", due):
        try:
            values["review_on"] = date.fromisoformat(due)
        except ValueError:
            values["review_on"] = None
    if isinstance(position, int) and 0 <= position < 2**31:
        values["position"] = position
    Article.objects.filter(pk=article.pk).update(**values)


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


def _absolute(document: Document, slugs: Mapping[str, str], space: Space) -> str:
    folder = posixpath.dirname(document.path)

    def absolute(found: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(folder, unquote(found[1])))
        return f"](/articles/{space.slug}/{slugs[target]}" if target in slugs else found[0]

    return LINK.sub(absolute, document.source)


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
