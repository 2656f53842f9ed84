"""A link from one article to another, or to one that is not there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Link(models.Model):
    """``target`` stays the article that was meant when it is renamed or moved; None: broken.

    ``title`` (in the form of ``rules.wiki.key``) and ``space`` are those of a wiki link: without a
    target it is a wanted article.
    """

    source = models.ForeignKey("articles.Article", on_delete=models.CASCADE, related_name="links")
    target = models.ForeignKey(
        "articles.Article", on_delete=models.SET_NULL, null=True, related_name="linked_from"
    )
    href = models.CharField(max_length=1000)
    space = models.ForeignKey("spaces.Space", on_delete=models.CASCADE, null=True, related_name="+")
    title = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["source", "href"], name="link_once_in_an_article"),
        )
        indexes = (
            models.Index(fields=["space", "title"], name="link_wanted", condition=~Q(title="")),
            models.Index(fields=["href"], name="link_broken", condition=Q(target__isnull=True)),
        )

    def __str__(self) -> str:
        return self.href
