"""The links of an article, written when it is saved. Knows articles by the related names only."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db.models import Q

from archive.links.models import Link
from archive.links.rules.wiki import Target, key
from archive.spaces.models import Space

LONGEST = 1000


def record(*, article_id: uuid.UUID, targets: Sequence[Target]) -> None:
    """Make the links of the article those to ``targets``; what they lead to is looked up.

    A link that was there keeps its target: it was meant, whatever it is called by now.
    """
    wanted = {target.href: target for target in targets if len(target.href) <= LONGEST}
    stored = dict(Link.objects.filter(source_id=article_id).values_list("href", "target_id"))
    if gone := stored.keys() - wanted.keys():
        Link.objects.filter(source_id=article_id, href__in=gone).delete()
    new = [target for href, target in wanted.items() if href not in stored]
    if new:
        Link.objects.bulk_create(_links(article_id, new))


def arrived(*, article_id: uuid.UUID, space: Space, title: str, slug: str) -> None:
    """Let the links that waited for an article of this title or address lead to it."""
    Link.objects.filter(target=None).filter(
        Q(space=space, title=key(title)) | Q(href=f"/articles/{space.slug}/{slug}")
    ).update(target_id=article_id)


def opened(*, space: Space) -> None:
    """Let the wiki links that named ``space`` before it was there want their articles of it."""
    waiting = Link.objects.filter(target=None, space=None).exclude(title="")
    waiting.filter(href__startswith=f"/go/{space.slug}/").update(space=space)


def _links(source_id: uuid.UUID, targets: Sequence[Target]) -> list[Link]:
    spaces = {
        space.slug: space
        for space in Space.objects.filter(slug__in={t.space for t in targets if t.space})
    }
    return [
        Link(
            source_id=source_id,
            href=target.href,
            target_id=_meant(target, spaces),
            space=spaces.get(target.space) if target.title else None,
            title=key(target.title)[:200],
        )
        for target in targets
    ]


def _meant(target: Target, spaces: dict[str, Space]) -> uuid.UUID | None:
    rows: Any = apps.get_model("articles", "Article").objects.order_by("created_at")
    if target.id:
        rows = rows.filter(pk=target.id)
    elif space := spaces.get(target.space):
        wiki = Q(space=space, title__iexact=target.title) | Q(
            linked_from__space=space, linked_from__title=key(target.title)
        )
        plain = Q(space=space, slug=target.slug) | Q(
            addresses__space=space, addresses__slug=target.slug
        )
        rows = rows.filter(wiki if target.title else plain)
    else:
        return None
    found: uuid.UUID | None = rows.values_list("pk", flat=True).first()
    return found
