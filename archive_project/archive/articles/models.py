"""An article, and its revisions."""

from __future__ import annotations

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from archive.articles.queries import ArticleQuerySet, RevisionQuerySet
from archive.spaces.models import Space

LONGEST = 200_000  # characters; a search vector of PostgreSQL ends at a megabyte


class Kind(models.TextChoices):
    ARTICLE = "article", "Article"
    RUNBOOK = "runbook", "Runbook"
    TEMPLATE = "template", "Template"


class Visibility(models.TextChoices):
    INTERNAL = "internal", "Staff only"
    CLIENT = "client", "Staff and clients"


# What no revision keeps: triggers write each change down, with who made it and on which page.
@pghistory.track(
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    fields=[
        "space", "parent", "position", "slug", "kind", "pinned", "owner", "review_on", "deleted_at",
    ],
    append_only=True,
    model_name="ArticleEvent",
)  # fmt: skip
class Article(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="articles")
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    position = models.PositiveIntegerField(default=0)
    slug = models.SlugField(max_length=100)
    title = models.CharField(max_length=200)
    source = models.TextField(blank=True, help_text="Markdown.")
    html = models.TextField(blank=True, editable=False)
    headings = models.JSONField(default=list, blank=True, editable=False)
    rendered_by = models.PositiveIntegerField(default=0, editable=False)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ARTICLE)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.INTERNAL)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    pinned = models.BooleanField(default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True
    )
    review_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.CharField(max_length=200, help_text="The name at the time.")
    # Written by archive.search.indexing: title A, tags B, headings C, text and attached texts D.
    search = SearchVectorField(default="", editable=False)
    names = SearchVectorField(default="", editable=False, help_text="Title and tags alone.")
    words = ArrayField(models.TextField(), default=list, editable=False, help_text="As written.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["space", "slug"], name="article_slug_unique_in_space"),
            models.CheckConstraint(condition=~Q(title=""), name="article_has_a_title"),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="article_visibility_known"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="article_kind_known"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="article_not_own_parent"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("source"), LONGEST), name="article_source_length"
            ),
        )
        indexes = (
            models.Index(fields=["-updated_at", "-id"], name="article_recent"),
            models.Index(fields=["space", "position", "title"], name="article_in_space"),
            models.Index(
                fields=["review_on", "id"],
                name="article_to_review",
                condition=Q(review_on__isnull=False, deleted_at__isnull=True),
            ),
            models.Index(fields=["title", "id"], name="article_pinned", condition=Q(pinned=True)),
            # Without a list of pending entries, which every search would have to read through.
            GinIndex(fields=["search"], name="article_search", fastupdate=False),
            GinIndex(fields=["names"], name="article_names", fastupdate=False),
        )

    def __str__(self) -> str:
        return self.title


class Address(models.Model):
    """An address an article had before it was renamed or moved; it leads there for good."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    slug = models.SlugField(max_length=100)
    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="addresses")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["space", "slug"], name="address_leads_to_one_article"),
        )

    def __str__(self) -> str:
        return self.slug


class Revision(models.Model):
    """An article as it was saved once. A trigger refuses every change and removal."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(help_text="The article's version it made.")
    title = models.CharField(max_length=200)
    source = models.TextField(blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200)
    comment = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    objects = RevisionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["article", "number"], name="revision_numbered_once"),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"
