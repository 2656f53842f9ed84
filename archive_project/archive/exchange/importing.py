"""Documents to articles of one space: again and again without duplicates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from django.db import transaction
from django.utils.dateparse import parse_date, parse_datetime

from archive.articles import operations
from archive.articles.models import LONGEST, Article, Kind, Visibility
from archive.articles.operations import Draft
from archive.exchange import linking, planning
from archive.exchange.attaching import Shelf
from archive.exchange.documents import Document, one_line
from archive.exchange.planning import Row, Step, Tell
from archive.spaces.models import Kind as SpaceKind
from archive.spaces.models import Space

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


def run(
    *, space: Space, files: Mapping[str, bytes], left_out: Mapping[str, str], by: Any,
    dry: bool = False, tell: Tell = lambda *_: None,
) -> list[Row]:  # fmt: skip
    """Import ``files`` and return the report; ``dry``, nothing is written.

    A file whose address (its ``slug``, or what its title gives) is taken by an article of the
    space changes that article, as a revision; so the same files twice change nothing. What texts
    show or link to is attached to their articles. Each article is one transaction: what was
    interrupted is run again. ``tell`` hears what it is at, in the transaction of the article; what
    it raises ends the import before that. Raises Refused when the pictures inside the files are too
    much.
    """
    documents, report = planning.read_all(files, tell)
    report += [Row(path, "left out", why) for path, why in left_out.items()]
    slugs = planning.slugs_of(documents)
    shelf = Shelf(documents, files, by=by, dry=dry)
    shelf.put(space, slugs, tell)
    writing = (_Preview if dry else _Writing)(space, slugs, shelf)
    for number, document in enumerate(planning.in_order(documents), start=1):
        with writing.transaction():
            tell(Step.WRITING, number, len(documents), document.path)
            report.append(writing.one(document))
    report += _of_files(files.keys() - documents.keys() - {row.path for row in report}, shelf)
    return sorted(report, key=lambda row: row.path)


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


class _Writing:
    """Articles of ``space`` made of documents, one after the other, those above first."""

    def __init__(self, space: Space, slugs: Mapping[str, str], shelf: Shelf) -> None:
        self.space, self.slugs, self.shelf = space, slugs, shelf
        self.tree = planning.Tree()

    def one(self, document: Document) -> Row:
        """Write ``document``, or leave it out; returns its row of the report."""
        path, slug = document.path, self.slugs[document.path]
        if len(document.source) > LONGEST:
            return Row(path, "left out", f"longer than {LONGEST} characters")
        article = self.article_at(slug)
        if article is not None and article.deleted_at is not None:
            return Row(path, "left out", "its article is in the trash")
        try:
            done, article = self.save(article, self._draft(document, article), document)
        except operations.NotPossible as error:
            return Row(path, "left out", str(error))
        except operations.Conflict:
            why = "its article was saved by somebody at the same moment; import it again"
            return Row(path, "left out", why)
        self.tree.add(path, article)
        attached = self.shelf.adopt(document, article)
        notes = [*document.notes, *self.shelf.refused_of(document)]
        done = "changed" if done == "unchanged" and attached else done
        return Row(path, done, " ".join(notes), attached)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Lock the space for one article: of two imports at once one finds what the other made."""
        with transaction.atomic():
            Space.objects.select_for_update().get(pk=self.space.pk)
            yield

    def article_at(self, slug: str) -> Article | None:
        rows = Article.objects.filter(space=self.space, slug=slug)
        return rows.select_related("space").first()

    def save(
        self, article: Article | None, draft: Draft, document: Document
    ) -> tuple[str, Article]:
        """Return what was done, in the words of the report, and the article."""
        by = self.shelf.by
        if article is not None:
            version = article.version
            changed = operations.save(article=article, draft=draft, expected_version=version, by=by)
            return "changed" if changed else "unchanged", article
        kind = document.facts.get("kind")
        kind = kind if kind in Kind.values else Kind.ARTICLE
        article = operations.create(space=self.space, draft=draft, by=by, kind=kind)
        _restore_facts(article, self.slugs[document.path], document.facts)
        return "new", article

    def _draft(self, document: Document, article: Article | None) -> Draft:
        above = self.tree.above(document.path)
        return Draft(
            title=document.title, source=self._linked(document), tags=_tags(document.facts),
            visibility=_visibility(document.facts, self.space, article),
            parent_id=above.pk if above else None, comment=f"Imported from {document.path}"[:200],
        )  # fmt: skip

    def _linked(self, document: Document) -> str:
        """Return the text of ``document`` with links to articles and files of the space."""

        def address_of(path: str) -> str | None:
            if file := self.shelf.address(document, path):
                return file
            slug = self.slugs.get(path)
            return f"/articles/{self.space.slug}/{slug}" if slug else None

        source = linking.replaced(document.source, document.path, address_of)
        return linking.linked_only(source, self.shelf.plain)


class _Preview(_Writing):
    """The same without a write or a lock: others go on writing while it looks."""

    def __init__(self, space: Space, slugs: Mapping[str, str], shelf: Shelf) -> None:
        super().__init__(space, slugs, shelf)
        rows = Article.objects.filter(space=space, slug__in=slugs.values())
        self.known = {row.slug: row for row in rows.defer("html", "search", "names", "words")}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        yield

    def article_at(self, slug: str) -> Article | None:
        return self.known.get(slug)

    def save(
        self, article: Article | None, draft: Draft, document: Document
    ) -> tuple[str, Article]:
        if article is None:
            return "new", Article(slug=self.slugs[document.path])  # for those below it
        return "unchanged" if operations.is_same(article, draft) else "changed", article


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
    """Return the instant that is meant, unless it lies in the future or has no time zone.

    Nor before there was anything to write with: in UTC the year 1 may be the year 0, which
    PostgreSQL keeps and no page could read again.
    """
    try:
        instant = parse_datetime(_text(stated))
    except ValueError:
        return None
    if instant is None or instant.tzinfo is None:
        return None
    if not EARLIEST <= instant <= article.created_at:
        return None
    return instant


def _text(stated: object) -> str:
    """Return a date as its ISO text: YAML reads one without quotes as a date."""
    return stated.isoformat() if isinstance(stated, date) else str(stated or "")


def _tags(facts: Mapping[str, Any]) -> tuple[str, ...]:
    stated = facts.get("tags")
    words = stated if isinstance(stated, list) else str(stated or "").split(",")
    tags = {" ".join(one_line(str(tag)).lower().split())[:40].strip() for tag in words} - {""}
    return tuple(sorted(tags)[:20])


def _visibility(facts: Mapping[str, Any], space: Space, article: Article | None) -> str:
    """Return who reads it: what the file says, else what it was, else the staff."""
    stated = facts.get("visibility")
    if stated == Visibility.CLIENT and space.kind != SpaceKind.INTERNAL:
        return Visibility.CLIENT
    if stated is None and article is not None:
        return str(article.visibility)
    return Visibility.INTERNAL
