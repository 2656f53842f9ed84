"""Comments, watches, how often somebody wants mail, and votes."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from archive.articles.models import Article
from archive.discussion.queries import CommentQuerySet
from archive.spaces.models import Space

LONGEST = 5000


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), append_only=True
)
class Comment(models.Model):
    """A remark, plain text. Answers hang below the first one and have its readers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="comments")
    thread = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, related_name="answers",
        help_text="The comment it answers; that one answers none.",
    )  # fmt: skip
    text = models.TextField(max_length=LONGEST)
    internal = models.BooleanField(default=False, help_text="Read by the staff only.")
    company_id = models.UUIDField(
        null=True,
        help_text="The only company whose people read it; none: all who read the article.",
    )
    author_id = models.UUIDField()
    author_name = models.CharField(max_length=200, help_text="The name at the time.")
    by_staff = models.BooleanField()
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.CharField(max_length=200, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="comment_has_a_text"),
            models.CheckConstraint(
                condition=~Q(thread=models.F("id")), name="comment_not_below_itself"
            ),
            models.CheckConstraint(
                condition=Q(internal=False) | Q(by_staff=True),
                name="comment_internal_by_staff_only",
            ),
            models.CheckConstraint(
                condition=Q(by_staff=True) | Q(company_id__isnull=False),
                name="comment_of_a_client_has_a_company",
            ),
        )
        indexes = (models.Index(fields=["article", "created_at"], name="comment_of_article"),)

    def __str__(self) -> str:
        return self.text[:60]


class Watch(models.Model):
    """Somebody wants to hear of an article, or of all in a space."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="watches"
    )
    space = models.ForeignKey(Space, on_delete=models.CASCADE, null=True, related_name="watches")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(article=None, space__isnull=False)
                | Q(article__isnull=False, space=None),
                name="watch_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["user", "article"], name="watch_once_an_article",
                condition=Q(article__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["user", "space"], name="watch_once_a_space",
                condition=Q(space__isnull=False),
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.article_id or self.space_id}"


class Frequency(models.TextChoices):
    HOURLY = "hourly", "Every hour"
    DAILY = "daily", "Every day"
    WEEKLY = "weekly", "Every week"
    NEVER = "never", "Never"


class Digest(models.Model):
    """How often somebody wants mail of what they watch, and up to when they have it."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    frequency = models.CharField(max_length=10, choices=Frequency, default=Frequency.DAILY)
    told_until = models.DateTimeField(help_text="What happened until then is known.")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(frequency__in=Frequency.values), name="digest_frequency_known"
            ),
        )

    def __str__(self) -> str:
        return self.frequency


class Vote(models.Model):
    """Whether an article helped somebody; the last answer counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="votes")
    helpful = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "article"], name="vote_once_an_article"),
        )
        indexes = (models.Index(fields=["article", "helpful"], name="vote_of_article"),)

    def __str__(self) -> str:
        return "helpful" if self.helpful else "not helpful"
