"""Every write to drafts and presence, and what ends them: saving the article."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.articles import operations as articles
from archive.articles.models import LONGEST, Article
from archive.articles.operations import Draft
from archive.attachments import operations as attachments
from archive.drafts.models import Presence, StoredDraft
from archive.spaces.models import Space

SHORT = 1000  # characters of a field that is no text; what the editor takes is shorter
GONE_AFTER = timedelta(seconds=60)  # three heartbeats


def keep(*, space: Space, article: Article | None, base_version: int | None,
         typed: Mapping[str, str], by: Any, now: datetime | None = None) -> None:  # fmt: skip
    """Keep what ``by`` has typed so far, over what was kept of the same text before."""
    cut = {
        name: value.replace("\x00", "")[: LONGEST if name == "source" else SHORT]
        for name, value in typed.items()
    }
    values: dict[str, Any] = {
        "typed": cut, "base_version": base_version, "saved_at": now or timezone.now(),
        "space": space,
    }  # fmt: skip
    place: dict[str, Any] = {"article": article} if article else {"article": None, "space": space}
    StoredDraft.objects.update_or_create(user_id=by.pk, **place, defaults=values)


def kept(*, space: Space, article: Article | None, by: Any) -> StoredDraft | None:
    """Return the draft of ``by``, if there is one."""
    rows = StoredDraft.objects.filter(user_id=by.pk, article=article)
    return (rows if article else rows.filter(space=space)).first()


def discard(*, space: Space, article: Article | None, by: Any) -> None:
    """Forget the draft of ``by``."""
    rows = StoredDraft.objects.filter(user_id=by.pk, article=article)
    (rows if article else rows.filter(space=space)).delete()


def heartbeat(*, article: Article, by: Any, now: datetime | None = None) -> list[str]:
    """Write down that ``by`` has the editor open, and return the names of others who have.

    Who was not heard of for a minute is gone.
    """
    instant = now or timezone.now()
    Presence.objects.bulk_create(
        [Presence(user_id=by.pk, article=article, seen_at=instant)],
        update_conflicts=True, unique_fields=["user", "article"], update_fields=["seen_at"],
    )  # fmt: skip
    Presence.objects.filter(article=article, seen_at__lt=instant - GONE_AFTER).delete()
    others = Presence.objects.filter(article=article).exclude(user_id=by.pk).select_related("user")
    return sorted(str(row.user) for row in others)


@transaction.atomic
def publish_new(*, space: Space, draft: Draft, by: Any, from_draft: bool = True) -> Article:
    """Create the article with the files that were put into it.

    ``from_draft``: the stored draft is this text and done with; one that was not taken up stays.
    Raises NotPossible of articles.
    """
    article = articles.create(space=space, draft=draft, by=by)
    attachments.claim(article=article, by=by)
    if from_draft:
        discard(space=space, article=None, by=by)
    return article


@transaction.atomic
def publish(*, article: Article, draft: Draft, expected_version: int, by: Any,
            from_draft: bool = True) -> bool:  # fmt: skip
    """Save the article; False when nothing changed. ``from_draft`` is as in ``publish_new``.

    Raises Conflict and NotPossible of articles; the draft then stays.
    """
    changed = articles.save(article=article, draft=draft, expected_version=expected_version, by=by)
    if from_draft:
        discard(space=article.space, article=article, by=by)
    Presence.objects.filter(article=article, user_id=by.pk).delete()
    return changed
