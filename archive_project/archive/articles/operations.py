"""Every write to articles. Each is atomic; each save is a revision with the author's name."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from archive.articles import addresses, announcing
from archive.articles.models import Article, Kind, Revision, Visibility
from archive.articles.rendering import VERSION, Rendered, render
from archive.articles.rules.merging import Merged, merge, settle
from archive.articles.rules.tree import is_below
from archive.links import operations as links
from archive.search import indexing
from archive.spaces.models import Space
from hm_auth.exceptions import HiveMatrixError


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about an article beside its text; not part of its revisions."""

    kind: str = Kind.ARTICLE
    owner_id: uuid.UUID | None = None
    review_on: date | None = None
    pinned: bool = False

    @classmethod
    def of(cls, article: Article) -> Facts:
        return cls(article.kind, article.owner_id, article.review_on, article.pinned)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person typed into the editor; without ``facts`` they stay as they are."""

    title: str
    source: str
    tags: tuple[str, ...] = ()
    visibility: str = Visibility.INTERNAL
    parent_id: uuid.UUID | None = None
    comment: str = ""
    facts: Facts | None = None


class Conflict(HiveMatrixError):
    """Somebody saved the article since it was read.

    ``current`` is the article as they saved it, ``draft`` what was not saved, and ``merged`` both
    in one text; nothing of either is lost.
    """

    code = "precondition_failed"

    def __init__(self, *, current: Article, draft: Draft, base: Revision) -> None:
        super().__init__(f"{current} was saved by somebody else in the meantime.")
        self.current = current
        self.draft = draft
        self.merged: Merged = merge(base.source, draft.source, current.source)
        self.title = settle(base.title, draft.title, current.title)
        self.visibility = settle(base.visibility, draft.visibility, current.visibility)
        gone = set(base.tags) - (set(draft.tags) & set(current.tags))
        self.tags = tuple(sorted({*draft.tags, *current.tags} - gone))


class NotPossible(HiveMatrixError):
    """The state of the articles forbids the operation; the message says why, for people."""

    code = "not_possible"


@transaction.atomic
def create(*, space: Space, draft: Draft, by: Any, kind: str = Kind.ARTICLE,
           now: datetime | None = None) -> Article:  # fmt: skip
    """Write a new article, the last among its siblings, and its first revision.

    Raises NotPossible when the parent is not in ``space``.
    """
    Space.objects.select_for_update().get(pk=space.pk)  # one at a time: slug and position
    article = Article(
        space=space, kind=kind, owner=by, created_at=now or timezone.now(),
        slug=addresses.free_slug(space, draft.title),
        position=_last(space.pk, draft.parent_id),
    )  # fmt: skip
    if draft.parent_id is not None:
        _demand_in(space, draft.parent_id)
    rendered = render(draft.source, space.slug)
    values = _values(draft, rendered, by=by, now=article.created_at)
    for name, value in values.items():
        setattr(article, name, value)
    article.save(force_insert=True)
    _record(article.pk, 1, draft, by=by, now=article.created_at)
    indexing.index([article.pk])
    links.record(article_id=article.pk, targets=rendered.links)
    links.arrived(article_id=article.pk, space=space, title=draft.title, slug=article.slug)
    announcing.created(article)
    return article


@transaction.atomic
def save(*, article: Article, draft: Draft, expected_version: int, by: Any,
         now: datetime | None = None) -> bool:  # fmt: skip
    """Save ``draft`` over the version it was based on; False when it changes nothing.

    Another title gives another address, and the old one leads to it; below another parent it is the
    last. Facts alone make no revision.
    Raises Conflict when another version is stored by now, NotPossible when the article is in the
    trash or the parent is below it.
    """
    instant, place = now or timezone.now(), {}
    if draft.parent_id != article.parent_id:
        Space.objects.select_for_update().get(pk=article.space_id)  # two moves make no circle
        _check_parent(article, draft.parent_id)
        place = {"position": _last(article.space_id, draft.parent_id)}
    rows = Article.objects.current().filter(pk=article.pk, version=expected_version)
    if article.version == expected_version and is_same(article, draft):
        same = draft.facts is None or draft.facts == Facts.of(article)
        return not same and bool(rows.update(**_facts(draft)))
    rendered = render(draft.source, article.space.slug)
    values = _values(draft, rendered, by=by, now=instant)
    if not rows.update(version=F("version") + 1, **values, **place):
        _refuse(article, draft, expected_version)
    if draft.title != article.title:
        _rename(article, draft.title)
    _record(article.pk, expected_version + 1, draft, by=by, now=instant)
    indexing.index([article.pk])
    links.record(article_id=article.pk, targets=rendered.links)
    announcing.changed(article, visibility=draft.visibility)
    return True


def restore_revision(*, article: Article, number: int, by: Any) -> None:
    """Save the title, text and tags of an old revision as a new one; who may read it stays.

    Raises Revision.DoesNotExist, Conflict and NotPossible.
    """
    old = article.revisions.get(number=number)
    draft = Draft(
        title=old.title, source=old.source, tags=tuple(old.tags), visibility=article.visibility,
        parent_id=article.parent_id, comment=f"Restored revision {number}",
    )  # fmt: skip
    save(article=article, draft=draft, expected_version=article.version, by=by)


@transaction.atomic
def move(*, article: Article, space: Space) -> None:
    """Move ``article`` and all below it to the top of ``space``; old addresses lead there.

    Nobody new may read them by that: in another space they are the staff's until opened again.
    Raises NotPossible when it is there already or in the trash.
    """
    list(
        Space.objects.select_for_update().filter(pk__in=[space.pk, article.space_id]).order_by("pk")
    )
    if article.space_id == space.pk or article.deleted_at is not None:
        raise NotPossible(f"“{article}” cannot be moved there.")
    rows = Article.objects.filter(space_id=article.space_id)
    parents = dict(rows.values_list("id", "parent_id"))
    below = [each for each in parents if is_below(parents, each, article.pk)]
    for moved in rows.filter(pk__in=below).only("id", "space_id", "slug", "title"):
        slug = addresses.free_slug(space, moved.title, moved)
        addresses.leave(article=moved, space=space, slug=slug)
        Article.objects.filter(pk=moved.pk).update(
            space=space, slug=slug, visibility=Visibility.INTERNAL
        )
    last = _last(space.pk, None)
    Article.objects.filter(pk=article.pk).update(parent=None, position=last)
    indexing.index(below)  # the language of the space may be another


@transaction.atomic
def move_to_trash(*, article: Article, now: datetime | None = None) -> None:
    """Take ``article`` out of sight. Raises NotPossible when it is in the trash already."""
    rows = Article.objects.current().filter(pk=article.pk)
    if not rows.update(deleted_at=now or timezone.now()):
        raise NotPossible(f"“{article}” is in the trash already.")
    announcing.deleted(article)


@transaction.atomic
def take_from_trash(*, article: Article) -> None:
    """Put ``article`` back where it was. Raises NotPossible when it is not in the trash."""
    if not Article.objects.trashed().filter(pk=article.pk).update(deleted_at=None):
        raise NotPossible(f"“{article}” is not in the trash.")
    announcing.restored(article)


def rerender(article: Article) -> None:
    """Render ``article`` anew from its source; unless it is saved meanwhile, which renders too."""
    rendered = render(article.source, article.space.slug)
    if Article.objects.filter(pk=article.pk, version=article.version).update(
        html=rendered.html, headings=_stored(rendered.headings), rendered_by=VERSION
    ):
        links.record(article_id=article.pk, targets=rendered.links)


def is_same(article: Article, draft: Draft) -> bool:
    """Tell whether saving ``draft`` would make no revision; its facts do not count."""
    stored = (article.title, article.source, tuple(article.tags), article.visibility)
    typed = (draft.title, draft.source, draft.tags, draft.visibility)
    return stored == typed and article.parent_id == draft.parent_id


def _refuse(article: Article, draft: Draft, expected_version: int) -> None:
    current = Article.objects.select_related("space").get(pk=article.pk)
    if current.deleted_at is not None:
        raise NotPossible(f"“{current}” was moved to the trash; restore it, then save.")
    base = Revision.objects.filter(article=article, number=expected_version).first()
    if base is None:
        raise NotPossible("The version this text was based on is unknown.")
    raise Conflict(current=current, draft=draft, base=base)


def _values(draft: Draft, rendered: Rendered, *, by: Any, now: datetime) -> dict[str, Any]:
    return {
        "title": draft.title,
        "source": draft.source,
        "html": rendered.html,
        "headings": _stored(rendered.headings),
        "rendered_by": VERSION,
        "tags": list(draft.tags),
        "visibility": draft.visibility,
        "parent_id": draft.parent_id,
        "changed_by": str(by),
        "updated_at": now,
        **_facts(draft),
    }


def _facts(draft: Draft) -> dict[str, Any]:
    return {} if draft.facts is None else asdict(draft.facts)


def _rename(article: Article, title: str) -> None:
    Space.objects.select_for_update().get(pk=article.space_id)
    slug = addresses.free_slug(article.space, title, article)
    if slug != article.slug:
        addresses.leave(article=article, space=article.space, slug=slug)
        Article.objects.filter(pk=article.pk).update(slug=slug)
        links.arrived(article_id=article.pk, space=article.space, title=title, slug=slug)
        article.slug = slug  # the caller sends the reader there


def _stored(headings: list[Any]) -> list[dict[str, Any]]:
    return [{"level": h.level, "anchor": h.anchor, "text": h.text} for h in headings]


def _record(article_id: uuid.UUID, number: int, draft: Draft, *, by: Any, now: datetime) -> None:
    Revision.objects.create(
        article_id=article_id, number=number, title=draft.title, source=draft.source,
        tags=list(draft.tags), visibility=draft.visibility, comment=draft.comment,
        author_id=by.pk, author_name=str(by), created_at=now,
    )  # fmt: skip


def _last(space_id: uuid.UUID, parent_id: uuid.UUID | None) -> int:
    """Return the position behind all below ``parent_id``; the space is locked."""
    siblings = Article.objects.filter(space_id=space_id, parent_id=parent_id)
    return (siblings.aggregate(last=Max("position"))["last"] or 0) + 1


def _check_parent(article: Article, parent_id: uuid.UUID | None) -> None:
    if parent_id is None:
        return
    _demand_in(article.space, parent_id)
    parents = dict(Article.objects.filter(space_id=article.space_id).values_list("id", "parent_id"))
    if is_below(parents, parent_id, article.pk):
        raise NotPossible("An article cannot be below itself.")


def _demand_in(space: Space, parent_id: uuid.UUID) -> None:
    if not Article.objects.filter(space=space, pk=parent_id).exists():
        raise NotPossible("The article above is in another space.")
