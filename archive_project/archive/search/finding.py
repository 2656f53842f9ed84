"""Search: candidates by ``ts_rank`` among what the reader may see, then BM25, then the passages.

Every statement begins with the readable articles, so no limit, count, correction or suggestion
knows of others. Robertson & Zaragoza, The Probabilistic Relevance Framework (2009): BM25F, where
a word in the title counts as several in the text.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import log
from typing import Any

from django.core.exceptions import EmptyResultSet

from archive.articles.queries import ArticleQuerySet
from archive.search.rules.query import Query
from archive.search.rules.spelling import meant
from archive.spaces.languages import configuration
from hm_auth.replica import connection

CANDIDATES = 50  # as many go on to BM25: at most NAMED of them by their title or tags alone
NAMED = 15
# Words that are in more articles than this choose no candidates when a rarer one does, and a
# query of such words alone looks at so many articles, beside the titles: ranking reads each.
MANY = 400
PREFIX_FROM = 4  # letters
SUGGESTIONS = 3
CORRECTED = 4  # words of a query; a pasted page is not a typing mistake

_TERMS = """
SELECT t.typed, t.sort, string_agg(DISTINCT q.query::text, ' | '),
    array_agg(DISTINCT lexeme) FILTER (WHERE lexeme IS NOT NULL)
FROM unnest(%(typed)s::text[], %(sorts)s::text[]) WITH ORDINALITY t(typed, sort, at),
    unnest(%(configs)s::regconfig[]) config,
    LATERAL (SELECT CASE t.sort
        WHEN 'beginning' THEN to_tsquery(config,
            '''' || replace(replace(t.typed, '\\', '\\\\'), '''', '''''') || ''':*')
        WHEN 'word' THEN plainto_tsquery(config, t.typed)
        ELSE phraseto_tsquery(config, t.typed) END AS query) q
    LEFT JOIN LATERAL unnest(tsvector_to_array(to_tsvector(config, t.typed))) lexeme ON true
WHERE numnode(q.query) > 0
GROUP BY t.typed, t.sort, t.at ORDER BY t.at
"""
# A common word is in one of the first articles: reading its whole entry of the index costs more.
_KNOWN = """
SELECT t.at, CASE
    WHEN w.documents > 1000 AND EXISTS (
        SELECT 1 FROM (SELECT search FROM ({readable}) r LIMIT 60) a
        WHERE a.search @@ t.query::tsquery) THEN true
    ELSE EXISTS (SELECT 1 FROM ({readable}) a WHERE a.search @@ t.query::tsquery) END, w.documents
FROM (SELECT ord AS at, e->>'query' AS query,
        ARRAY(SELECT jsonb_array_elements_text(e->'lexemes')) AS lexemes
    FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY j(e, ord)) t,
    LATERAL (SELECT coalesce(sum(documents), 0) AS documents FROM search_word
        WHERE lexeme = ANY(t.lexemes)) w
"""
_ALIKE = """
SELECT word, documents FROM (
    SELECT word, documents FROM search_word WHERE word %% unaccent(%(word)s) AND documents > 0
    UNION SELECT word, documents FROM search_word
    WHERE left(word, 1) = left(unaccent(%(word)s), 1) AND documents > 0
        AND length(word) BETWEEN length(%(word)s) - 2 AND length(%(word)s) + 2
        AND levenshtein_less_equal(word, unaccent(%(word)s), 2) <= 2
) near WHERE length(word) < 64
ORDER BY levenshtein(word, unaccent(%(word)s)), documents DESC LIMIT 30
"""
_READ = """
SELECT w FROM unnest(%s::text[]) w WHERE EXISTS (
    SELECT 1 FROM ({readable}) a
    WHERE a.search @@ (SELECT string_agg(plainto_tsquery(c, w)::text, '|')::tsquery
        FROM unnest(%s::regconfig[]) c) AND w = ANY(a.words))
"""
# It begins with SELECT: before any other word pghistory would put a statement of its own.
_RANK = """
SELECT id FROM (WITH named AS MATERIALIZED (
    SELECT a.id, a.search, ts_rank(a.names, %s::tsquery, 1) AS rank FROM ({readable}) a
    WHERE a.names @@ %s::tsquery AND a.search @@ %s::tsquery LIMIT %s
), matching AS MATERIALIZED (
    (SELECT a.id, a.search FROM ({readable}) a WHERE a.search @@ %s::tsquery LIMIT %s) UNION ALL
    (SELECT a.id, a.search FROM ({readable}) a
    WHERE a.search @@ %s::tsquery AND NOT a.search @@ %s::tsquery LIMIT %s)
), candidates AS MATERIALIZED (
    (SELECT id, search FROM named ORDER BY rank DESC LIMIT %s) UNION ALL
    (SELECT id, search FROM matching WHERE id NOT IN (
        SELECT id FROM named ORDER BY rank DESC LIMIT %s)
    ORDER BY ts_rank(search, %s::tsquery, 1) DESC LIMIT %s)
), measured AS MATERIALIZED (
    SELECT id, search, length(search)::float / greatest(avg(length(search)) OVER (), 1) AS size
    FROM candidates
)
SELECT m.id, coalesce(sum(t.idf * tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * m.size))), 0) AS score
FROM (
    SELECT m.id, m.size, u.lexeme, u.weights FROM measured m, LATERAL unnest(m.search) u
    WHERE u.lexeme = ANY(%s::text[]) OR u.lexeme LIKE ANY(%s::text[]) OFFSET 0
) m JOIN unnest(%s::text[], %s::float[], %s::bool[]) t(lexeme, idf, prefix)
    ON m.lexeme = t.lexeme OR (t.prefix AND starts_with(m.lexeme, t.lexeme)),
    LATERAL (SELECT sum(CASE w WHEN 'A' THEN 8 WHEN 'B' THEN 5 WHEN 'C' THEN 3 ELSE 1 END)::float
        AS tf FROM unnest(m.weights) w) f
GROUP BY m.id) ranked ORDER BY score DESC, id
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the query in the languages of the spaces: what PostgreSQL makes of it."""

    typed: str
    sort: str
    query: str
    lexemes: tuple[str, ...] = ()
    documents: int = 0
    known: bool = True
    weight: float = 1.0


@dataclass(slots=True)
class Found:
    """The ids of the best articles; ``query`` marks the words in their texts.

    ``lexemes`` are the stems looked for, the rarest first.

    ``instead`` leads from a word that is nowhere to those that were meant, the first of which was
    searched for, too.
    """

    ids: list[uuid.UUID] = field(default_factory=list)
    query: str = ""
    lexemes: tuple[str, ...] = ()
    instead: dict[str, list[str]] = field(default_factory=dict)


def find(*, readable: ArticleQuerySet, query: Query, languages: Sequence[str]) -> Found:
    """Return the best articles among ``readable``, written in ``languages``.

    Three queries; with words that are nowhere two more, and two for each of these.
    """
    configs = [configuration(language) for language in languages] or [configuration("simple")]
    try:
        reader = _Reader(readable, configs)
    except EmptyResultSet:  # Django knows already that nothing is readable
        return Found()
    terms = reader.known(reader.terms(query))
    found = Found()
    if unknown := [term.typed for term in terms if term.sort == "word" and not term.known]:
        terms += _instead(reader, unknown[:CORRECTED], found)
    found.query = _joined([term for term in terms if term.sort != "without"])
    if found.query:
        found.ids = reader.rank(terms)
    terms.sort(key=lambda term: term.documents)
    found.lexemes = tuple(lex for term in terms for lex in term.lexemes if term.sort != "without")
    return found


def _instead(reader: _Reader, unknown: list[str], found: Found) -> list[Term]:
    """Return what to look for beside the words that are nowhere, and note it in ``found``."""
    found.instead = {word: words for word in unknown if (words := reader.meant(word))}
    meant = Query(
        words=tuple(words[0] for words in found.instead.values()),
        beginnings=tuple(word for word in unknown if len(word) >= PREFIX_FROM),
    )
    more = reader.known(reader.terms(meant)) if meant != Query() else []
    return [replace(term, weight=0.7) if term.sort == "word" else term for term in more]


class _Reader:
    """The statements of one search, each over the readable articles."""

    def __init__(self, readable: ArticleQuerySet, configs: list[str]) -> None:
        columns = readable.order_by().values("id", "search", "names", "words")
        self.readable, self.params = columns.query.sql_with_params()
        self.configs = configs

    def terms(self, query: Query) -> list[Term]:
        typed = [
            *((word, "word") for word in query.words),
            *((word, "beginning") for word in query.beginnings),
            *((phrase, "phrase") for phrase in query.phrases),
            *((words, "without") for words in query.without),
        ]
        params = {
            "typed": [text for text, _ in typed],
            "sorts": [sort for _, sort in typed],
            "configs": self.configs,
        }
        rows = _rows(_TERMS, params)
        return [Term(text, sort, f"({made})", tuple(lex or ())) for text, sort, made, lex in rows]

    def known(self, terms: list[Term]) -> list[Term]:
        """Return ``terms`` with whether the reader may read them, and in how many articles."""
        asked = json.dumps([{"query": t.query, "lexemes": t.lexemes} for t in terms])
        rows = _rows(_KNOWN.format(readable=self.readable), [*self.params, *self.params, asked])
        facts = {at: (known, count) for at, known, count in rows}
        return [
            replace(term, known=facts[at][0], documents=int(facts[at][1]))
            for at, term in enumerate(terms, start=1)
        ]

    def meant(self, word: str) -> list[str]:
        """Return words that ``word`` may mean, of articles the reader may read."""
        word = word.lower().strip(".,;:!?()'")[:60]
        if not word:
            return []
        near = meant(word, _rows(_ALIKE, {"word": word}))[: 4 * SUGGESTIONS]
        asked = [near, *self.params, self.configs]
        readable = {row[0] for row in _rows(_READ.format(readable=self.readable), asked)}
        return [each for each in near if each in readable][:SUGGESTIONS]

    def rank(self, terms: list[Term]) -> list[uuid.UUID]:
        every, narrow, wide = _queries(terms)
        # A word that is common elsewhere may be rare in what this person may read, or asked for.
        more = max(MANY // 4, 1) if self.params and wide != narrow else 0
        wanted = [term for term in terms if term.sort != "without"]
        lexemes = [(lex, _idf(term), term.sort == "beginning") for term in wanted
                   for lex in term.lexemes]  # fmt: skip
        columns = [list(column) for column in zip(*lexemes, strict=True)] or [[], [], []]
        params = [
            every, *self.params, every, wide, MANY // 4,
            *self.params, narrow, MANY, *self.params, wide, narrow, more,
            NAMED, NAMED, every, max(CANDIDATES - NAMED, 1),
            [lex for lex, _, prefix in lexemes if not prefix],
            [f"{lex}%" for lex, _, prefix in lexemes if prefix], *columns,
        ]  # fmt: skip
        return [row[0] for row in _rows(_RANK.format(readable=self.readable), params)]


def _queries(terms: list[Term]) -> tuple[str, str, str]:
    """Return what ranks, what must match, and what may.

    What must are the phrases if there are any, else the rarest words, of which one is enough.
    """
    words = [term for term in terms if term.sort in ("word", "beginning")]
    phrases = " & ".join(term.query for term in terms if term.sort == "phrase")
    without = "".join(f" & !{term.query}" for term in terms if term.sort == "without")
    every = _joined([term for term in terms if term.sort != "without"])
    if phrases:
        return every, phrases + without, phrases + without
    rare: list[Term] = []
    for term in sorted((word for word in words if word.known), key=lambda each: each.documents):
        if rare and sum(each.documents for each in rare) + term.documents > MANY:
            break
        rare.append(term)
    return every, f"({_joined(rare or words)}){without}", f"({every}){without}"


def _joined(terms: list[Term]) -> str:
    return " | ".join(dict.fromkeys(term.query for term in terms))


def _idf(term: Term) -> float:
    return term.weight * log(1 + 100_000 / (term.documents + 0.5))


def _rows(sql: str, params: Any) -> list[tuple[Any, ...]]:
    with connection().cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
