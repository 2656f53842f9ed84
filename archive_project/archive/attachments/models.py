"""A file of an article. Its bytes lie in the storage under their hash, once for all."""

from __future__ import annotations

import uuid

import pghistory
from django.db import models
from django.db.models import Q

from archive.articles.models import Article
from archive.attachments.queries import AttachmentQuerySet
from archive.attachments.rules.kinds import LONGEST_NAME, RASTER


class State(models.TextChoices):
    """How far the words of a file are known to the search."""

    WAITING = "waiting", "Waiting"
    READ = "read", "Read"
    UNREADABLE = "unreadable", "Unreadable"
    NONE = "none", "Has no text"


@pghistory.track(
    fields=["id", "article", "name", "digest", "removed_at"], append_only=True,
    model_name="AttachmentEvent",
)  # fmt: skip
class Attachment(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    article = models.ForeignKey(
        Article, on_delete=models.CASCADE, null=True, related_name="attachments",
        help_text="None while it belongs to an article that is not saved yet.",
    )  # fmt: skip
    name = models.CharField(max_length=LONGEST_NAME)
    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the bytes.")
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    media_type = models.CharField(max_length=100, help_text="What it is served as.")
    width = models.PositiveIntegerField(null=True, help_text="Pixels; of pictures only.")
    height = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.NONE)
    uploaded_by_id = models.UUIDField()
    uploaded_by_name = models.CharField(max_length=200, help_text="The name at the time.")
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, help_text="When it was taken off the article.")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(name=""), name="attachment_has_a_name"),
            models.CheckConstraint(
                condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="attachment_digest_is_sha256"
            ),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="attachment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(width=None, height=None)
                | Q(width__gt=0, height__gt=0, media_type__in=list(RASTER.values())),
                name="attachment_only_pictures_have_a_size",
            ),
        )
        indexes = (
            models.Index(fields=["article", "name"], name="attachment_of_article"),
            models.Index(
                fields=["created_at"], name="attachment_to_read", condition=Q(state="waiting")
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        """Whether browsers may show it in the page."""
        return self.width is not None
