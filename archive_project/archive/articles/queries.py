"""Reading articles. ``visible_to`` is the one rule of who sees which; all reading goes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef

from archive.spaces.queries import open_to
from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User

INDEXED = ("search", "names", "words")  # what only the search reads


class ArticleQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All for staff, the trash too; for a client what is published and opened to them.

        That is: client-visible articles, not in the trash, of their own company and shared spaces.
        """
        if allows(user.permission_level, "archive.internal"):
            return self.all()
        if not allows(user.permission_level, "archive.open"):
            return self.none()
        opened = self.current().filter(visibility="client")
        return opened.filter(open_to(user, "space__"))

    def with_parent_for(self, user: User) -> Self:
        """With ``parent_seen``: whether ``user`` may read what the article stands below.

        Only for a client, who may not: the staff read all. Serializers take none for False.
        """
        if allows(user.permission_level, "archive.internal"):
            return self
        parents = type(self)(self.model).visible_to(user).filter(pk=OuterRef("parent_id"))
        return self.annotate(parent_seen=Exists(parents))

    def current(self) -> Self:
        """Articles that are not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def for_lists(self) -> Self:
        """Without the texts, which are long and which no list shows."""
        return self.defer("source", "html", "headings", *INDEXED)


class RevisionQuerySet(models.QuerySet[Any]):
    def for_lists(self) -> Self:
        return self.defer("source")
