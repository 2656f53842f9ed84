"""What search looks at, written when an article or a text beside it is saved.

Plain SQL for a set of articles at once: their vectors in the language of their space, and the
differences of the vocabulary. Knows no model of articles, so that saving an article may call it.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import connection, transaction

from archive.search.models import Text, Word

LONGEST_TEXT = 100_000  # characters of all attached texts: a vector of PostgreSQL ends at 1 MB
BATCH = 500

_INDEX = """
WITH source AS MATERIALIZED (
    SELECT a.id, a.words AS old, ('archive_' || s.language)::regconfig AS config,
        a.title, array_to_string(a.tags, ' ') AS tags,
        (SELECT coalesce(string_agg(h->>'text', ' '), '') FROM jsonb_array_elements(a.headings) h)
            AS headings,
        a.source || ' ' || coalesce((
            SELECT left(string_agg(t.text, ' ' ORDER BY t.source), %(longest)s)
            FROM search_text t WHERE t.article_id = a.id), '') AS body
    FROM articles_article a JOIN spaces_space s ON s.id = a.space_id
    WHERE a.id = ANY(%(ids)s::uuid[])
), made AS MATERIALIZED (
    SELECT id, old, config,
        setweight(to_tsvector(config, title), 'A') || setweight(to_tsvector(config, tags), 'B')
            AS names,
        setweight(to_tsvector(config, headings), 'C') || setweight(to_tsvector(config, body), 'D')
            AS rest,
        ARRAY(
            SELECT word FROM unnest(tsvector_to_array(to_tsvector(
                'archive_simple', title || ' ' || tags || ' ' || body))) word
            WHERE word ~ '^[[:alpha:]][[:alnum:]]{2,30}$') AS words
    FROM source
), written AS (
    UPDATE articles_article a SET search = m.names || m.rest, names = m.names, words = m.words
    FROM made m WHERE m.id = a.id
), changes AS (
    SELECT word, sum(step) AS step, min(config::oid)::regconfig AS config FROM (
        SELECT unnest(words) AS word, 1 AS step, config FROM made
        UNION ALL SELECT unnest(old), -1, config FROM made
    ) both_ways GROUP BY word HAVING sum(step) <> 0
)
INSERT INTO search_word AS w (word, lexeme, documents)
SELECT word, lexeme, step FROM changes,
    LATERAL (SELECT (tsvector_to_array(to_tsvector(config, word)))[1] AS lexeme) stem
WHERE lexeme IS NOT NULL
ORDER BY word  -- one order of locks: two saves at once wait for each other and never in a circle
ON CONFLICT (word) DO UPDATE SET documents = greatest(w.documents + excluded.documents, 0)
"""

_FORGET = """
UPDATE search_word w SET documents = greatest(w.documents - gone.count, 0) FROM (
    SELECT unnest(words) AS word, count(*) AS count FROM articles_article
    WHERE id = ANY(%s::uuid[]) GROUP BY 1
) gone WHERE gone.word = w.word
"""


def index(ids: Sequence[uuid.UUID]) -> None:
    """Bring the index of the articles ``ids`` up to what is stored."""
    for start in range(0, len(ids), BATCH):
        some = [str(each) for each in ids[start : start + BATCH]]
        with connection.cursor() as cursor:
            cursor.execute(_INDEX, {"ids": some, "longest": LONGEST_TEXT})


@transaction.atomic
def add_text(*, article_id: uuid.UUID, source: str, text: str) -> None:
    """Let ``text`` find the article, too; it replaces what ``source`` gave before.

    ``source`` names where it comes from, once in an article: ``attachment:<id>``. Put the name
    of a file at the beginning of its text. Readers are those of the article.
    """
    Text.objects.update_or_create(
        article_id=article_id, source=source,
        defaults={"text": text.replace("\x00", " ")[:LONGEST_TEXT]},
    )  # fmt: skip
    index([article_id])


@transaction.atomic
def remove_text(*, article_id: uuid.UUID, source: str) -> None:
    """Forget what ``source`` gave; nothing happens when it gave nothing."""
    if Text.objects.filter(article_id=article_id, source=source).delete()[0]:
        index([article_id])


def forget(ids: Sequence[uuid.UUID]) -> None:
    """Take the words of the articles ``ids``, which are deleted next, out of the vocabulary."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[str(each) for each in ids]])


@transaction.atomic
def rebuild() -> int:
    """Index every article anew and return how many; the vocabulary begins empty."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE articles_article IN SHARE ROW EXCLUSIVE MODE")
        Word.objects.all().delete()
        cursor.execute("UPDATE articles_article SET words = '{}' WHERE words <> '{}'")
        cursor.execute("SELECT id FROM articles_article ORDER BY id")
        ids = [row[0] for row in cursor.fetchall()]
    index(ids)
    return len(ids)
