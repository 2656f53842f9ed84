"""Reading links, always among articles that were cut to what the reader may see."""

from __future__ import annotations

import uuid

from django.db.models import Exists, OuterRef, Q

from archive.articles.queries import ArticleQuerySet
from archive.links.models import Link
from archive.links.rules.wiki import key
from archive.spaces.models import Space


def leading_to(readable: ArticleQuerySet, article_id: uuid.UUID) -> ArticleQuerySet:
    """Return those of ``readable`` that link to the article."""
    return readable.current().filter(
        Exists(Link.objects.filter(source=OuterRef("pk"), target_id=article_id))
    )


def titled(readable: ArticleQuerySet, space: Space, title: str) -> ArticleQuerySet:
    """Return those of ``readable`` that a wiki link to ``title`` in ``space`` means, at most two.

    A renamed article is still meant by the links that were written before.
    """
    meant = Link.objects.filter(target=OuterRef("pk"), space=space, title=key(title))
    return readable.current().filter(Q(space=space, title__iexact=title) | Exists(meant))


def orphans(readable: ArticleQuerySet) -> ArticleQuerySet:
    """Return those of ``readable`` that nothing leads to: no link, no article above or below."""
    return readable.current().filter(
        ~Exists(Link.objects.filter(target=OuterRef("pk")).exclude(source=OuterRef("pk"))),
        parent=None, children=None, pinned=False,
    )  # fmt: skip
