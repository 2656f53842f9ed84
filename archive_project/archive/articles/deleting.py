"""Deleting an article for good: from the trash, with its revisions, and written down."""

from __future__ import annotations

from typing import Any

import pghistory
from django.db import connection, transaction

from archive.articles.models import Article, Revision
from archive.articles.operations import NotPossible
from archive.search import indexing


@transaction.atomic
def delete_for_good(*, article: Article, by: Any) -> None:
    """Delete ``article``, which is in the trash, with its revisions, comments, drafts and files.

    Who did it, and its title and number of revisions, stay in the history (``ArticleEvent``). What
    stood below it stands at the top; links to it become broken ones. The bytes of its files go
    with the next ``clean_attachments``, unless another article has them.
    Raises NotPossible when it is not in the trash, and when it has runs: they are evidence.
    """
    found = Article.objects.select_for_update().for_lists().filter(pk=article.pk).first()
    if found is None or found.deleted_at is None:
        raise NotPossible(f"“{article}” is not in the trash.")
    if found.runs.exists():
        raise NotPossible(f"“{article}” has runs, and they are evidence: it stays in the trash.")
    facts = {"title": found.title, "revisions": found.version, "deleted": "for good"}
    with pghistory.context(user=str(by.pk), name=str(by), **facts):
        found.children.update(parent=None)
        indexing.forget([found.pk])
        with connection.cursor() as cursor:  # for this transaction: the trigger lets these go
            cursor.execute(
                "SELECT set_config('archive.deleted_for_good', %s, true)", [str(found.pk)]
            )
        Revision.objects.filter(article=found).delete()
        found.delete()
