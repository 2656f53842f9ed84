"""The comments of an article as a page shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from archive.articles.models import Article
from archive.discussion.models import Comment, Watch
from archive.spaces.models import Space
from hm_auth.models import User


@dataclass(slots=True)
class Thread:
    """A comment and the answers to it, the oldest first."""

    first: Comment
    answers: list[Comment] = field(default_factory=list)


def threads(article: Article, user: User) -> list[Thread]:
    """Return what ``user`` may read of the comments on ``article``: open threads, then settled."""
    rows: Any = Comment.objects.visible_to(user).filter(article=article)
    found: dict[Any, Thread] = {}
    rows = list(rows.order_by("created_at", "id"))
    for row in rows:
        if row.thread_id is None:
            found[row.pk] = Thread(row)
    for row in rows:
        if row.thread_id in found:
            found[row.thread_id].answers.append(row)
    return sorted(found.values(), key=lambda each: each.first.resolved_at is not None)


def is_watched(space: Space, user: User) -> bool:
    """Tell whether ``user`` watches everything in ``space``."""
    return Watch.objects.filter(user_id=user.pk, space=space).exists()
