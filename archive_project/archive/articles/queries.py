"""Reading articles. ``visible_to`` is the one rule of who sees which; all reading goes by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.contrib.postgres.search import (
    SearchHeadline,
    SearchQuery,
    SearchRank,
    TrigramWordSimilarity,
)
from django.db import models
from django.db.models import F

from archive.spaces.queries import open_to
from hm_auth.permissions import allows

if TYPE_CHECKING:
    from hm_auth.models import User

CONFIG = "english"
# ts_rank divided by 1 + log(length): a long page does not win by its length (docs of ts_rank).
BY_LENGTH = 1
ALIKE = 0.36  # word similarity of pg_trgm: two swapped letters in eight still count as meant
HIT, END = "\x02", "\x03"  # no text holds these: they become <mark> after escaping


class ArticleQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """All for staff, the trash too; for a client what is published and opened to them.

        That is: client-visible articles, not in the trash, of their own company and shared spaces.
        """
        if allows(user.permission_level, "archive.internal"):
            return self.all()
        if not allows(user.permission_level, "archive.open"):
            return self.none()
        opened = self.current().filter(visibility="client")
        return opened.filter(open_to(user, "space__"))

    def current(self) -> Self:
        """Articles that are not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self) -> Self:
        return self.filter(deleted_at__isnull=False)

    def for_lists(self) -> Self:
        """Without the texts, which are long and which no list shows."""
        return self.defer("source", "html", "headings", "search")

    def ranked(self, text: str) -> Self:
        """Articles that ``text`` finds, in the words of a web search, the best first."""
        query = SearchQuery(text, config=CONFIG, search_type="websearch")
        rank = SearchRank(F("search"), query, normalization=BY_LENGTH)
        return self.filter(search=query).annotate(rank=rank).order_by("-rank", "-id")

    def titled_like(self, text: str) -> Self:
        """Articles whose title resembles ``text``: for typing mistakes."""
        alike = TrigramWordSimilarity(text, "title")
        return self.annotate(alike=alike).filter(alike__gte=ALIKE).order_by("-alike", "-id")

    def excerpts(self, text: str) -> dict[Any, str]:
        """Return, by id, the passages that ``text`` finds, with HIT and END around the words."""
        query = SearchQuery(text, config=CONFIG, search_type="websearch")
        passage = SearchHeadline(
            "source", query, config=CONFIG, start_sel=HIT, stop_sel=END,
            max_words=32, min_words=12, max_fragments=2, fragment_delimiter=" … ",
        )  # fmt: skip
        return dict(self.order_by().annotate(passage=passage).values_list("pk", "passage"))


class RevisionQuerySet(models.QuerySet[Any]):
    def for_lists(self) -> Self:
        return self.defer("source")
