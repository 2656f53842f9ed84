"""Loading what a page is about, cut to what the reader may see, in one call."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, DateTimeField, Field, IntegerField
from django.db.models.expressions import RawSQL

from archive.articles.models import Article
from archive.articles.queries import INDEXED
from archive.spaces.models import Space
from hm_auth.access import load_or_404, may
from hm_auth.requests import PersonRequest

OF_IT = "article_id = articles_article.id"
LINKED = "EXISTS (SELECT 1 FROM links_link WHERE target_id = articles_article.id)"
FILES = f"EXISTS (SELECT 1 FROM attachments_attachment WHERE {OF_IT} AND removed_at IS NULL)"  # noqa: S608
COMMENTS = f"EXISTS (SELECT 1 FROM discussion_comment WHERE {OF_IT})"  # noqa: S608


def load_space(request: PersonRequest, slug: str, capability: str = "archive.open") -> Space:
    """Return the space, or 404 when the reader may not know of it, or 403 for ``capability``."""
    space = load_or_404(Space.objects.visible_to(request.user), slug=slug)
    _demand(request, capability)
    return space


def load_article(
    request: PersonRequest,
    space: str,
    slug: str,
    capability: str = "archive.open",
    seen_by: uuid.UUID | None = None,
) -> Article:
    """Return the article with its space in one query, or 404, or 403 for ``capability``.

    An address from before a rename or a move finds the article, too.
    What may not be seen answers 404 whatever is asked of it, so that nothing tells it exists.
    """
    rows = Article.objects.visible_to(request.user).select_related("space").defer(*INDEXED)
    if seen_by is not None:
        rows = rows.annotate(**_reading(seen_by))
    article = rows.filter(space__slug=space, slug=slug).first()
    if article is None:  # renamed or moved since, or not there
        article = load_or_404(rows, addresses__space__slug=space, addresses__slug=slug)
    _demand(request, capability)
    return article


def _reading(user_id: uuid.UUID) -> dict[str, RawSQL]:
    """Return what the page of an article shows beside its text, or whether there is any of it.

    As SQL: building these by the ORM costs as much as the whole rest of the query.
    """
    mine = f"FROM {{}} WHERE {OF_IT} AND user_id = %s"
    seen, voted = mine.format("search_reading"), mine.format("discussion_vote")
    watched = mine.format("discussion_watch")
    votes = f"FROM discussion_vote WHERE {OF_IT}"
    wanted: dict[str, tuple[str, list[Any], type[Field[Any, Any]]]] = {
        "seen_at": (f"(SELECT seen_at {seen})", [user_id], DateTimeField),
        "starred": (f"(SELECT starred {seen})", [user_id], BooleanField),
        "vote": (f"(SELECT helpful {voted})", [user_id], BooleanField),
        "watched": (f"EXISTS (SELECT 1 {watched})", [user_id], BooleanField),
        "votes_cast": (f"(SELECT count(*) {votes})", [], IntegerField),
        "votes_for": (f"(SELECT count(*) {votes} AND helpful)", [], IntegerField),
        "linked": (LINKED, [], BooleanField),
        "has_files": (FILES, [], BooleanField),
        "has_comments": (COMMENTS, [], BooleanField),
    }
    return {
        name: RawSQL(sql, parameters, output_field=kind())  # noqa: S611 - nothing of a request
        for name, (sql, parameters, kind) in wanted.items()
    }


def _demand(request: PersonRequest, capability: str) -> None:
    if not may(request.user, capability):
        raise PermissionDenied
