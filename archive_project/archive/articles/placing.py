"""The place of an article among its siblings."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.db.models import QuerySet

from archive.articles.models import Article
from archive.articles.operations import NotPossible
from archive.articles.rules.arranging import Move, Order
from archive.articles.rules.tree import is_below
from archive.spaces.models import Space

ORDER = ("position", "title", "id")  # of siblings


@transaction.atomic
def arrange(*, article: Article, move: Move, other_id: uuid.UUID | None = None) -> None:
    """Move ``article`` as the page of its space shows it: without what is in the trash.

    Raises NotPossible when the move leads nowhere, since others arrange the space, too.
    """
    Space.objects.select_for_update().get(pk=article.space_id)
    found = Order(list(in_order(article.space_id))).place(article.pk, move, other_id)
    if found is None:
        raise NotPossible(f"“{article}” cannot go there. Look where it stands now.")
    place(article=article, parent_id=found.parent, after_id=found.after)


def in_order(space_id: uuid.UUID) -> QuerySet[Article]:
    """Return the articles of a space that are not in the trash, siblings in their order."""
    rows = Article.objects.current().filter(space_id=space_id)
    return rows.for_lists().order_by(*ORDER)


@transaction.atomic
def place(*, article: Article, parent_id: uuid.UUID | None, after_id: uuid.UUID | None) -> None:
    """Put ``article`` below ``parent_id`` (None: at the top), behind ``after_id`` (None: first).

    No revision: the text stays. Raises NotPossible when the parent or the sibling is not in the
    space or below that parent, the article would be below itself, or left the space meanwhile.
    """
    Space.objects.select_for_update().get(pk=article.space_id)  # two moves make no circle
    rows = Article.objects.filter(space_id=article.space_id)
    parents = dict(rows.values_list("id", "parent_id"))
    if article.pk not in parents:
        raise NotPossible(f"“{article}” is in another space now.")
    if parent_id is not None and parent_id not in parents:
        raise NotPossible("The article above is in another space.")
    if parent_id is not None and is_below(parents, parent_id, article.pk):
        raise NotPossible("An article cannot be below itself.")
    siblings = rows.filter(parent_id=parent_id).exclude(pk=article.pk).order_by(*ORDER)
    positions = dict(siblings.values_list("pk", "position"))
    order = list(positions)
    if after_id is not None and after_id not in positions:
        raise NotPossible("The article before it is not there.")
    order.insert(order.index(after_id) + 1 if after_id is not None else 0, article.pk)
    changed = [
        Article(pk=pk, position=number, parent_id=parent_id)
        for number, pk in enumerate(order, start=1)
        if positions.get(pk) != number
    ]
    Article.objects.bulk_update(changed, ["position", "parent_id"], batch_size=500)
