"""Changing a space that may have articles: its name, its language, whether it is there at all."""

from __future__ import annotations

from django.db import transaction

from archive.articles.operations import NotPossible
from archive.articles.tasks import reindex_space
from archive.links.models import Link
from archive.spaces.models import Kind, Space


@transaction.atomic
def change_space(*, space: Space, name: str, language: str) -> None:
    """Name ``space``, and say what it is written in; its address stays.

    A company's space keeps the name Nexus knows. Search reads the articles anew in another
    language in the background; until then it finds them by the forms of the old one.
    Raises ValidationError.
    """
    stored = Space.objects.select_for_update().get(pk=space.pk)
    before, stored.language = stored.language, language
    if stored.kind != Kind.COMPANY:
        stored.name = name
    stored.full_clean()
    stored.save(update_fields=["name", "language"])
    if language != before:
        transaction.on_commit(lambda: reindex_space.enqueue(str(stored.pk)), robust=True)


@transaction.atomic
def delete_space(*, space: Space) -> None:
    """Delete ``space``, which is empty. Links to it become broken ones.

    The old addresses of articles that were moved from it, and drafts nobody saved, go with it.
    Raises NotPossible when there is anything in it.
    """
    stored = Space.objects.select_for_update().get(pk=space.pk)
    check_empty(stored)
    Link.objects.filter(space=stored).update(space=None)
    stored.delete()


def check_empty(space: Space) -> None:
    """Raise NotPossible, which says what is there, when there is anything in ``space``."""
    articles, trashed = space.articles.count(), space.articles.trashed().count()
    records, runs = space.records.count(), space.runs.count()
    counted = (
        (articles, "article", f" ({trashed} in the trash)" if trashed else ""),
        (records, "record", ""),
        (runs, "run", ""),
    )
    found = ", ".join(
        f"{count} {word}{'' if count == 1 else 's'}{more}" for count, word, more in counted if count
    )
    if found:
        raise NotPossible(f"“{space}” is not empty, so it stays: it has {found}.")
