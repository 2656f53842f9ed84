"""The addresses of articles: the one of now, and those that lead to it from before."""

from __future__ import annotations

from archive.articles.models import Address, Article
from archive.spaces.models import Space
from archive.spaces.rules import slug_for


def free_slug(space: Space, title: str, article: Article | None = None) -> str:
    """Return the address for ``title`` in ``space`` that no article has or had but ``article``.

    An old address is not given to another article: links to it would lead somewhere else.
    """
    taken = Article.objects.filter(space=space, slug__startswith=slug_for(title, (), "article"))
    former = Address.objects.filter(space=space, slug__startswith=slug_for(title, (), "article"))
    if article is not None:
        taken = taken.exclude(pk=article.pk)
        former = former.exclude(article=article)
    slugs = taken.values_list("slug", flat=True).union(former.values_list("slug", flat=True))
    return slug_for(title, set(slugs), fallback="article")


def leave(*, article: Article, space: Space, slug: str) -> None:
    """Let the address ``article`` has now lead to ``slug`` in ``space``, which it gets next."""
    Address.objects.filter(space=space, slug=slug, article=article).delete()
    Address.objects.update_or_create(
        space_id=article.space_id, slug=article.slug, defaults={"article": article}
    )
