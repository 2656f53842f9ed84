"""A draft, which only its writer sees, and the sign that somebody has an editor open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from archive.articles.models import Article
from archive.spaces.models import Space


class StoredDraft(models.Model):
    """What somebody typed and did not save: one for each person and article, or new article."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="+",
        help_text="None for a new article of the space.",
    )  # fmt: skip
    base_version = models.PositiveIntegerField(
        null=True, help_text="The version of the article that the writer began from."
    )
    typed: Any = models.JSONField(help_text="The fields of the editor, as typed.")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "article"], name="draft_once_an_article",
                condition=Q(article__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "space"], name="draft_once_a_space", condition=Q(article=None)
            ),
            models.CheckConstraint(
                condition=Q(article=None, base_version=None)
                | Q(article__isnull=False, base_version__isnull=False),
                name="draft_of_an_article_has_a_base",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return str(self.typed.get("title") or "Untitled")


class Presence(models.Model):
    """An editor of an article, open in somebody's browser at that time."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "article"], name="presence_once_an_article"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}"
