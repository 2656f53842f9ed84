"""Write the demo's articles as rows, all at once: saving 400 revisions one by one takes long."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zlib import crc32

from django.core.files.base import ContentFile

from archive.articles.models import Article, Revision
from archive.articles.rendering import VERSION, render
from archive.attachments import storing
from archive.attachments.images import look_at
from archive.attachments.models import Attachment
from archive.attachments.reading import source_of
from archive.demo.content import Text
from archive.demo.people import WRITERS, demo_id
from archive.demo.pictures import draw
from archive.links.models import Link
from archive.links.rules.wiki import Target, key
from archive.search import indexing
from archive.search.models import Text as FoundBy
from archive.spaces.models import Space
from archive.spaces.rules import slug_for
from hm_auth.models import User


@dataclass(slots=True)
class Shelf:
    """The rows made so far; ``titles`` finds an article by its space's address and title."""

    people: Mapping[str, User]
    today: datetime
    titles: dict[tuple[str, str], Article] = field(default_factory=dict)
    revisions: list[Revision] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    links: list[tuple[Article, list[Target]]] = field(default_factory=list)

    def instant(self, days: int, name: str) -> datetime:
        """Return a moment of a working day about ``days`` ago; the same for the same name."""
        day = self.today - timedelta(days=days)
        if days > 3:  # nobody writes on Saturdays and Sundays
            day -= timedelta(days=max(day.weekday() - 4, 0))
        return day + timedelta(minutes=8 * 60 + crc32(name.encode()) % 560)

    def find(self, name: str) -> Article:
        """Return the article named ``space:Title``. Raises KeyError."""
        space, _, title = name.partition(":")
        return self.titles[space, key(title)]


def shelve(shelf: Shelf, space: Space, texts: Iterable[Text]) -> None:
    """Make the rows of the articles of ``space``; nothing is stored yet, but the pictures' bytes.

    Raises KeyError for an article below one that is not there.
    """
    slugs: set[str] = set()
    for position, text in enumerate(texts, start=1):
        article = _article(shelf, space, text, slugs, position)
        shelf.titles[space.slug, key(text.title)] = article
        _revise(shelf, article, text)


def store(shelf: Shelf) -> None:
    """Write all rows, the links between them, and what search looks at."""
    articles = list(shelf.titles.values())
    Article.objects.bulk_create(articles)
    Revision.objects.bulk_create(shelf.revisions)
    Attachment.objects.bulk_create(shelf.attachments)
    FoundBy.objects.bulk_create(
        FoundBy(article=each.article, source=source_of(each), text=each.name)
        for each in shelf.attachments
    )
    spaces = {article.space.slug: article.space for article in articles}
    Link.objects.bulk_create(
        Link(
            source=source,
            href=target.href,
            target=shelf.titles.get((target.space, key(target.title))),
            space=spaces.get(target.space),
            title=key(target.title),
        )
        for source, targets in shelf.links
        for target in targets
    )
    indexing.index([article.pk for article in articles])


def _article(shelf: Shelf, space: Space, text: Text, slugs: set[str], position: int) -> Article:
    facts = text.facts
    above = facts.get("below")
    writer = facts.get("by") or WRITERS[crc32(text.title.encode()) % len(WRITERS)]
    slug = slug_for(text.title, slugs, fallback="article")
    slugs.add(slug)
    owner = shelf.people[writer if writer in ("tech", "admin") else "tech"]
    article = Article(
        id=demo_id("article", f"{space.slug}/{text.title}"), space=space, position=position,
        slug=slug, owner=owner, rendered_by=VERSION,
        kind=facts.get("kind", "article"), pinned="pinned" in facts,
        visibility="client" if "open" in facts else "internal",
        tags=sorted(tag.strip() for tag in facts.get("tags", "").split(",") if tag.strip()),
        parent_id=shelf.titles[space.slug, key(above)].pk if above else None,
        created_at=shelf.instant(text.day, text.title),
    )  # fmt: skip
    if days := facts.get("review"):
        article.review_on = (shelf.today + timedelta(days=int(days))).date()
    if days := facts.get("trashed"):
        article.deleted_at = shelf.instant(int(days), text.title)
    return article


def _revise(shelf: Shelf, article: Article, text: Text) -> None:
    """Add the revisions to the shelf, and what the last of them says to the article."""
    pictures = {name: _picture(shelf, article, name, how) for name, how in text.pictures.items()}
    writer = text.facts.get("by") or WRITERS[crc32(text.title.encode()) % len(WRITERS)]
    first = WRITERS.index(writer)
    days = text.day
    for number, (comment, source) in enumerate(text.revisions, start=1):
        author = shelf.people[WRITERS[(first + number - 1) % len(WRITERS)]]
        article.source = _with_pictures(source, pictures)
        article.version, article.changed_by = number, str(author)
        at = shelf.instant(days, f"{text.title} {number}")
        article.updated_at = at if number > 1 else article.created_at
        if number > 1 and at <= shelf.revisions[-1].created_at:
            article.updated_at = shelf.revisions[-1].created_at + timedelta(minutes=47)
        shelf.revisions.append(
            Revision(
                article=article,
                number=number,
                title=text.title,
                source=article.source,
                tags=article.tags,
                visibility=article.visibility,
                comment=comment,
                author_id=author.pk,
                author_name=str(author),
                created_at=article.updated_at,
            )
        )
        share = crc32(f"{text.title} {number}".encode()) % 90
        if number < len(text.revisions) - 1:
            share = 95 - share // 3
        days = max(days * share**2 // 10_000, 1)  # the last one rather lately than long ago
    article.title = text.title
    _render(shelf, article)


def _render(shelf: Shelf, article: Article) -> None:
    rendered = render(article.source, article.space.slug)
    article.html = rendered.html
    article.headings = [
        {"level": each.level, "anchor": each.anchor, "text": each.text}
        for each in rendered.headings
    ]
    shelf.links.append((article, rendered.links))


def _picture(shelf: Shelf, article: Article, name: str, how: tuple[str, str]) -> uuid.UUID:
    """Draw and store a picture of ``article``, and return the id it is shown by."""
    content = ContentFile(draw(*how))
    digest = storing.digest_of(content)
    storing.put(storing.path_of(digest), content)
    content.seek(0)
    seen = look_at(content)
    if seen is None:
        raise ValueError(f"{name} of {article} is no picture.")
    storing.put_bytes(storing.thumbnail_path(digest), seen.thumbnail)
    author = shelf.people["tech"]
    made = Attachment(
        id=demo_id("attachment", f"{article.pk}/{name}"), article=article, name=name,
        digest=digest, size=content.size, media_type=seen.media_type, width=seen.width,
        height=seen.height, uploaded_by_id=author.pk, uploaded_by_name=str(author),
        created_at=article.created_at,
    )  # fmt: skip
    shelf.attachments.append(made)
    return made.pk


def _with_pictures(source: str, pictures: Mapping[str, uuid.UUID]) -> str:
    for name, pk in pictures.items():
        source = source.replace(f"]({name})", f"](/attachments/{pk})")
    return source
