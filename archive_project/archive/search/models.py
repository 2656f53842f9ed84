"""The vocabulary, texts beside the articles' own, what people read, and what they did not find."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Length


class Word(models.Model):
    """A word as it is written somewhere, without accents; ``documents`` holds it.

    Of all articles: who suggests a word to somebody asks first whether they may read one with it.
    """

    word = models.TextField(primary_key=True)
    lexeme = models.TextField(help_text="Its stem, in the language where it was met first.")
    documents = models.IntegerField()

    class Meta:
        indexes = (
            GinIndex(fields=["word"], name="word_alike", opclasses=["gin_trgm_ops"]),
            models.Index(Left("word", 1), Length("word"), name="word_begins"),
            models.Index(fields=["lexeme"], name="word_lexeme"),
        )

    def __str__(self) -> str:
        return self.word


class Text(models.Model):
    """What finds an article beside its own text: the name and text of an attachment, say."""

    article = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="texts")
    source = models.CharField(max_length=100, help_text="Where it comes from: attachment:<id>.")
    text = models.TextField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["article", "source"], name="text_once_for_each_source"),
        )

    def __str__(self) -> str:
        return self.source


class Reading(models.Model):
    """An article somebody opened, when last, and whether they put a star on it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    article = models.ForeignKey(
        "articles.Article", on_delete=models.CASCADE, related_name="readings"
    )
    seen_at = models.DateTimeField()
    starred = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["user", "article"], name="reading_once_for_each"),
        )
        indexes = (
            models.Index(F("user"), F("seen_at").desc(), name="reading_recent"),
            models.Index(fields=["user"], name="reading_starred", condition=Q(starred=True)),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.article_id}"


class Miss(models.Model):
    """What was looked for and not found; nobody's name beside it."""

    text = models.CharField(max_length=200, unique=True)
    times = models.PositiveIntegerField(default=1)
    last_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["-last_at", "-id"], name="miss_recent"),)

    def __str__(self) -> str:
        return self.text
