"""What the worker does. ``manage.py reindex`` does the same for all spaces, should it be lost."""

from __future__ import annotations

from django_tasks import task

from archive.articles.models import Article
from archive.search import indexing


@task()
def reindex_space(space_id: str) -> int:
    """Index the articles of a space anew, in its language of now; return how many."""
    rows = Article.objects.filter(space_id=space_id).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    indexing.index(ids)
    return len(ids)
