"""The place of an article among its siblings."""

from __future__ import annotations

import uuid

from django.db import transaction

from archive.articles.models import Article
from archive.articles.operations import NotPossible
from archive.articles.rules.tree import is_below
from archive.spaces.models import Space


@transaction.atomic
def place(*, article: Article, parent_id: uuid.UUID | None, after_id: uuid.UUID | None) -> None:
    """Put ``article`` below ``parent_id`` (None: at the top), behind ``after_id`` (None: first).

    No revision: the text stays. Raises NotPossible when the parent or the sibling is not in the
    space or below that parent, or the article would be below itself.
    """
    Space.objects.select_for_update().get(pk=article.space_id)  # two moves make no circle
    rows = Article.objects.filter(space_id=article.space_id)
    parents = dict(rows.values_list("id", "parent_id"))
    if parent_id is not None and parent_id not in parents:
        raise NotPossible("The article above is in another space.")
    if parent_id is not None and is_below(parents, parent_id, article.pk):
        raise NotPossible("An article cannot be below itself.")
    siblings = list(
        rows.filter(parent_id=parent_id).exclude(pk=article.pk).order_by("position", "title")
        .values_list("pk", flat=True)
    )  # fmt: skip
    if after_id is not None and after_id not in siblings:
        raise NotPossible("The article before it is not there.")
    at = siblings.index(after_id) + 1 if after_id is not None else 0
    siblings.insert(at, article.pk)
    changed = [
        Article(pk=pk, position=number, parent_id=parent_id)
        for number, pk in enumerate(siblings, start=1)
    ]
    Article.objects.bulk_update(changed, ["position", "parent_id"], batch_size=500)
