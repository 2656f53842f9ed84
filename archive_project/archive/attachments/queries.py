"""Reading attachments: whoever may read the article may read its files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from archive.articles.models import Article
from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User


class AttachmentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Those of the articles one may read; those not yet in an article are their uploader's.

        What was taken off an article is the staff's: old revisions still show it.
        """
        readable = Q(article__in=Article.objects.visible_to(user).values("pk"))
        if not allows(user.permission_level, "archive.internal"):
            return self.filter(readable, removed_at=None)
        mine = Q(article=None, uploaded_by_id=user.pk)
        return self.filter(Q(article__isnull=False) | mine)

    def current(self) -> Self:
        """Without those that were taken off their article."""
        return self.filter(removed_at=None)
