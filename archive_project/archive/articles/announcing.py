"""Telling other programs about articles: what it is and where, never what it says."""

from __future__ import annotations

import uuid
from typing import Any

from archive.articles.models import Article, Visibility
from archive.spaces.models import Kind as SpaceKind
from archive.spaces.models import Space
from hm_auth.webhooks import operations as webhooks


def about(article: Article) -> dict[str, Any]:
    """Return what other programs are told about ``article``. Its text is not part of it."""
    return {
        "id": str(article.pk), "title": article.title, "kind": article.kind,
        "visibility": article.visibility, "version": article.version,
        "url": f"/articles/{article.pk}", "space": about_space(article.space),
    }  # fmt: skip


def about_space(space: Space) -> dict[str, Any]:
    """Return what other programs are told about ``space``."""
    company = str(space.company_id) if space.company_id else None
    return {"id": str(space.pk), "name": space.name, "kind": space.kind, "company": company}


def created(article: Article) -> None:
    """Tell that ``article`` was written, and whether clients may read it."""
    webhooks.announce("article.created", [about(article)])
    if is_open(article.space, article.visibility):
        webhooks.announce("article.published", [about(article)])


def changed(article: Article, *, visibility: str) -> None:
    """Tell of a new revision of ``article``, which is as it was before it; ``visibility`` is new.

    It is read again only when somebody wants to know.
    """
    webhooks.announce("article.changed", map(_stored, [article.pk]))
    if is_open(article.space, visibility) and not is_open(article.space, article.visibility):
        webhooks.announce("article.published", map(_stored, [article.pk]))


def deleted(article: Article) -> None:
    """Tell that ``article`` lies in the trash."""
    webhooks.announce("article.deleted", [about(article)])


def restored(article: Article) -> None:
    """Tell that ``article`` is out of the trash."""
    webhooks.announce("article.restored", [about(article)])


def is_open(space: Space, visibility: str) -> bool:
    """Tell whether clients may read an article of this visibility there."""
    return visibility == Visibility.CLIENT and space.kind != SpaceKind.INTERNAL


def _stored(pk: uuid.UUID) -> dict[str, Any]:
    return about(Article.objects.select_related("space").for_lists().get(pk=pk))
