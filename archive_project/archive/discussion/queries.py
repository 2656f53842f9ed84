"""Reading comments: never more than the article shows, and never another company's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q

from archive.articles.models import Article
from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User


class CommentQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Comments on articles one may read; for a client neither internal nor another company's.

        On an article for all clients, what people of one company ask, and what is answered there,
        is read by them and the staff only.
        """
        rows = self.filter(article__in=Article.objects.visible_to(user).values("pk"))
        if allows(user.permission_level, "archive.internal"):
            return rows
        theirs = Q(company_id=None)
        if user.company_id is not None:
            theirs |= Q(company_id=user.company_id)
        return rows.filter(theirs, internal=False)
