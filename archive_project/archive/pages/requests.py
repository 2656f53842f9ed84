"""Loading what a page is about, cut to what the reader may see, in one call."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models.expressions import RawSQL

from archive.articles.models import Article
from archive.articles.queries import INDEXED
from archive.spaces.models import Space
from hm_auth.access import load_or_404, may
from hm_auth.requests import PersonRequest


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
    **beside: RawSQL,
) -> Article:
    """Return the article with its space in one query, or 404, or 403 for ``capability``.

    ``beside`` is asked for in the same query, under the names given.
    An address from before a rename or a move finds the article, too.
    What may not be seen answers 404 whatever is asked of it, so that nothing tells it exists.
    """
    rows = Article.objects.visible_to(request.user).select_related("space").defer(*INDEXED)
    if beside:
        rows = rows.annotate(**beside)
    try:
        article: Article = rows.get(space__slug=space, slug=slug)
    except Article.DoesNotExist:  # renamed or moved since, or not there
        article = load_or_404(rows, addresses__space__slug=space, addresses__slug=slug)
    _demand(request, capability)
    return article


def _demand(request: PersonRequest, capability: str) -> None:
    if not may(request.user, capability):
        raise PermissionDenied
