"""Every write about readers: what they open, star, and do not find."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone

from archive.search.models import Miss, Reading

AGAIN = timedelta(minutes=10)  # a page opened twice in this time was read once

_REMEMBER = """
INSERT INTO search_reading (user_id, article_id, seen_at, starred)
VALUES (%(user)s, %(article)s, %(now)s, false)
ON CONFLICT (user_id, article_id) DO UPDATE SET seen_at = excluded.seen_at
"""


def remember(*, article_id: uuid.UUID, by: Any, last: datetime | None) -> None:
    """Note that ``by`` opened the article; ``last`` is when they did before."""
    now = timezone.now()
    if last is None or now - last > AGAIN:
        with connection.cursor() as cursor:  # one statement, where the ORM opens a transaction
            cursor.execute(_REMEMBER, {"user": by.pk, "article": article_id, "now": now})


def star(*, article_id: uuid.UUID, on: bool, by: Any) -> None:
    """Put a star of ``by`` on the article, or take it off."""
    Reading.objects.update_or_create(
        user_id=by.pk,
        article_id=article_id,
        defaults={"starred": on},
        create_defaults={"starred": on, "seen_at": timezone.now()},
    )


def missed(*, text: str) -> None:
    """Count a search that found nothing; spaces and capitals make no difference."""
    now = timezone.now()
    plain = " ".join(text.lower().split())[:200]
    _, new = Miss.objects.get_or_create(text=plain, defaults={"last_at": now})
    if not new:
        Miss.objects.filter(text=plain).update(
            times=F("times") + 1, last_at=Greatest("last_at", Value(now))
        )
