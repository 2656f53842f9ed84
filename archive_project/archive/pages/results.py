"""What a search shows: the rows, with the words it found marked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from archive.articles.models import Article
from archive.articles.queries import END, HIT, ArticleQuerySet

SIGNS = re.compile(r"\*\*|[#|`]+|\[[ x]\] |^[>-] ", re.MULTILINE)
MOST = 20
ALIKE = 10
FEW = 3  # with fewer exact results, titles that resemble the words are offered, too


@dataclass(frozen=True, slots=True)
class Result:
    """An article that was found; ``alike`` when only its title resembles what was typed."""

    article: Article
    passage: SafeString
    alike: bool = False


def find(readable: ArticleQuerySet, text: str) -> list[Result]:
    """Return the best articles for ``text`` among ``readable``, in at most three queries."""
    rows = readable.for_lists().select_related("space")
    exact = list(rows.ranked(text)[:MOST])
    found = {row.pk for row in exact}
    alike = list(rows.titled_like(text).exclude(pk__in=found)[:ALIKE]) if len(exact) < FEW else []
    passages = readable.filter(pk__in=found).excerpts(text) if exact else {}
    results = [Result(row, marked(passages.get(row.pk, ""))) for row in exact]
    return results + [Result(row, marked(""), alike=True) for row in alike]


def marked(passage: str) -> SafeString:
    """Escape ``passage``, leave out signs of Markdown, and mark the words between HIT and END."""
    passage = SIGNS.sub("", passage)
    safe = escape(passage).replace(HIT, "<mark>").replace(END, "</mark>")
    if passage.count(HIT) != passage.count(END):
        safe = escape(passage.replace(HIT, "").replace(END, ""))
    return mark_safe(safe)  # noqa: S308 - escaped above
