"""Articles as an Atom feed (RFC 4287), by Django's own generator."""

from __future__ import annotations

import html
from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, strip_tags

from archive.articles.models import Article
from archive.feed.rules import beginning, whole_tags, xml_text
from hm_auth.access import may
from hm_auth.models import User


def absolute(path: str) -> str:
    """Return the whole address of a page; of the setting, whatever host the reader asked."""
    return f"{settings.PUBLIC_URL}{path}"


def as_atom(
    articles: Iterable[Article], *, user: User, title: str, page: str, address: str
) -> Atom1Feed:
    """Return the feed of ``articles``, which ``user`` may see; each has ``opening`` and its space.

    ``page`` is where a person reads the same, ``address`` the feed's own. Who wrote an article is
    named to the staff only; for others the feed itself has an author (section 4.1.1). Titles and
    tags are plain text, a summary is HTML without tags: what looks like markup shows as it is.
    """
    feed = Atom1Feed(
        title=xml_text(title),
        link=absolute(page),
        description=None,
        author_name=settings.SERVICE_NAME,
        feed_url=absolute(address),
        feed_guid=absolute(address),
    )
    names = may(user, "archive.internal")
    for article in articles:
        feed.add_item(
            title=xml_text(article.title),
            link=absolute(reverse("article", args=[article.space.slug, article.slug])),
            description=escape(_summary(article)),
            unique_id=article.pk.urn,
            pubdate=article.created_at,
            updateddate=article.updated_at,
            author_name=xml_text(article.changed_by) if names else None,
            categories=[xml_text(tag) for tag in article.tags],
        )
    return feed


def _summary(article: Article) -> str:
    opening: str = article.opening  # type: ignore[attr-defined]  # annotated
    return beginning(html.unescape(strip_tags(whole_tags(opening))))
