"""Reading what a search was narrowed to."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from archive.articles.models import Revision
from archive.articles.queries import ArticleQuerySet


@dataclass(frozen=True, slots=True)
class Filters:
    """What results must have; empty: whatever."""

    space_ids: tuple[uuid.UUID, ...] | None = None
    tag: str = ""
    author_id: uuid.UUID | None = None
    kind: str = ""
    since: date | None = None

    def __bool__(self) -> bool:
        return self != Filters()


def narrowed(readable: ArticleQuerySet, filters: Filters) -> ArticleQuerySet:
    """Return those of ``readable`` that fit, before anything is ranked or limited."""
    wanted: dict[str, Any] = {}
    if filters.space_ids is not None:
        wanted["space_id__in"] = filters.space_ids
    if filters.tag:
        wanted["tags__contains"] = [filters.tag]
    if filters.kind:
        wanted["kind"] = filters.kind
    if filters.since:
        wanted["updated_at__date__gte"] = filters.since
    if filters.author_id:
        wrote = Revision.objects.filter(author_id=filters.author_id)
        wanted["pk__in"] = wrote.values("article_id")
    return readable.filter(**wanted)
