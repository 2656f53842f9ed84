"""Changing the name or the language of a space, which its articles are indexed in."""

from __future__ import annotations

from django.db import transaction

from archive.articles.models import Article
from archive.search import indexing
from archive.spaces.models import Kind, Space


@transaction.atomic
def change_space(*, space: Space, name: str, language: str) -> None:
    """Name ``space``, and say what it is written in; its address stays.

    A company's space keeps the name Nexus knows. Another language indexes all its articles anew.
    Raises ValidationError.
    """
    stored = Space.objects.select_for_update().get(pk=space.pk)
    before, stored.language = stored.language, language
    if stored.kind != Kind.COMPANY:
        stored.name = name
    stored.full_clean()
    stored.save(update_fields=["name", "language"])
    if language != before:
        ids = Article.objects.filter(space=stored).order_by("pk").values_list("pk", flat=True)
        indexing.index(list(ids))
