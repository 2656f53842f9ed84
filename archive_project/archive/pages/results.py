"""What a search shows: the rows, with the words it found marked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.db.models import TextField
from django.db.models.expressions import RawSQL
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from archive.articles.models import Article
from archive.articles.queries import ArticleQuerySet
from archive.search.finding import Found, find
from archive.search.queries import Filters
from archive.search.rules.query import Query, parse

# Addresses (the edge of a passage may cut them), the space before a wiki link's title, signs.
SIGNS = re.compile(
    r"\[(?=[^\]\n]*\]\()|\]\([^)\s]*\)?|^[^\s(]*/[0-9a-f-]{20,36}\)|!\[|\[\[(?:[a-z0-9-]+:(?=\S))?|\]\]"
    r"|[*#|`]+|\[[ x]\] |^[>-] ",
    re.MULTILINE,
)
PAGE = 10
HIT, END = "\x02", "\x03"  # no text holds these: they become <mark> after escaping
PASSAGES = (
    f"StartSel={HIT}, StopSel={END}, MaxWords=32, MinWords=12, MaxFragments=2,"
    ' FragmentDelimiter=" … "'
)
# Around the rarest word only: finding the best passage of a whole text costs ten times as much.
PASSAGE = """
ts_headline(('archive_' || "spaces_space"."language")::regconfig, coalesce((
    SELECT substr(source, greatest(strpos(lower(source), stem) - 160, 1), 480)
    FROM unnest(%s::text[]) WITH ORDINALITY stems(stem, at)
    WHERE strpos(lower(source), stem) > 0 ORDER BY at LIMIT 1
), left(source, 300)), %s::tsquery, %s)
"""


@dataclass(frozen=True, slots=True)
class Result:
    """An article that was found, and a passage of it."""

    article: Article
    passage: SafeString


@dataclass(frozen=True, slots=True)
class Results:
    rows: list[Result] = field(default_factory=list)
    instead: dict[str, list[str]] = field(default_factory=dict)
    more: bool = False


def search(readable: ArticleQuerySet, text: str, languages: list[str], page: int = 1) -> Results:
    """Return the best articles for ``text`` among ``readable``; those of ``page`` with passages."""
    query = parse(text)
    if query == Query():
        return Results()
    found = find(readable=readable, query=query, languages=languages)
    shown = found.ids[(page - 1) * PAGE : page * PAGE]
    rows = _with_passages(readable, shown, found)
    results = [Result(rows[pk], marked(rows[pk].passage)) for pk in shown if pk in rows]
    return Results(results, found.instead, more=len(found.ids) > page * PAGE)


def newest(readable: ArticleQuerySet, filters: Filters) -> Results:
    """Return what was changed last among ``readable``, when it was narrowed without words."""
    if not filters:
        return Results()
    rows = readable.order_by("-updated_at", "-id").for_lists().select_related("space")[:PAGE]
    return Results([Result(row, marked("")) for row in rows])


def _with_passages(readable: ArticleQuerySet, shown: list[Any], found: Found) -> dict[Any, Any]:
    stems = [stem[: max(len(stem) - 1, 4)] for stem in found.lexemes]  # policies: polici, polic
    passage = RawSQL(PASSAGE, [stems, found.query, PASSAGES], output_field=TextField())  # noqa: S611
    rows = readable.filter(pk__in=shown).order_by().for_lists().select_related("space")
    return {row.pk: row for row in rows.annotate(passage=passage)} if shown else {}


def marked(passage: str) -> SafeString:
    """Escape ``passage``, leave out signs of Markdown, and mark the words between HIT and END."""
    passage = SIGNS.sub("", passage)
    safe = escape(passage).replace(HIT, "<mark>").replace(END, "</mark>")
    if passage.count(HIT) != passage.count(END):
        safe = escape(passage.replace(HIT, "").replace(END, ""))
    return mark_safe(safe)  # noqa: S308 - escaped above
