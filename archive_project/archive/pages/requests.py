"""Loading what a page is about, cut to what the reader may see, in one call."""

from __future__ import annotations

import uuid

from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, DateTimeField
from django.db.models.expressions import RawSQL
from django.http import HttpRequest

from archive.articles.models import Article
from archive.articles.queries import INDEXED
from archive.spaces.models import Space
from hm_auth.access import load_or_404, may
from hm_auth.answers import Caller
from hm_auth.models import User


class PersonRequest(HttpRequest):
    """A request of somebody signed in. For annotations only: nothing makes one."""

    user: User
    caller: Caller


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
    """Return when the person opened the article last, whether starred, and whether it is linked.

    As SQL: building these three by the ORM costs as much as the whole rest of the query.
    """
    mine = "(SELECT {} FROM search_reading WHERE article_id = articles_article.id AND user_id = %s)"
    linked = "EXISTS (SELECT 1 FROM links_link WHERE target_id = articles_article.id)"
    return {
        "seen_at": RawSQL(mine.format("seen_at"), [user_id], output_field=DateTimeField()),  # noqa: S611
        "starred": RawSQL(mine.format("starred"), [user_id], output_field=BooleanField()),  # noqa: S611
        "linked": RawSQL(linked, [], output_field=BooleanField()),  # noqa: S611
    }


def _demand(request: PersonRequest, capability: str) -> None:
    if not may(request.user, capability):
        raise PermissionDenied
