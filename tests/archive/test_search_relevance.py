"""How good the order of the results is: nDCG over 30 queries, printed, with a floor."""

from __future__ import annotations

from math import log2
from statistics import mean

from archive.articles.models import Article
from archive.search.finding import find
from archive.search.rules.query import parse
from tests.archive.conftest import write
from tests.archive.relevance import ARTICLES, QUERIES

FLOOR = 0.90
GRADES = (3, 2, 1)


def gain(grades: list[int]) -> float:
    """The discounted gain of the first ten (Järvelin & Kekäläinen 2002)."""
    return sum((2**grade - 1) / log2(at + 2) for at, grade in enumerate(grades[:10]))


def ndcg(found: list[str], wanted: tuple[str, ...]) -> float:
    grades = dict(zip(wanted, GRADES, strict=False))
    return gain([grades.get(title, 0) for title in found]) / gain(list(grades.values()))


def test_the_measure_itself():
    assert ndcg(["a", "b"], ("a", "b")) == 1
    assert ndcg(["x", "a"], ("a",)) == 1 / log2(3)
    assert ndcg([], ("a",)) == 0


def test_what_people_look_for_is_at_the_top(technician, internal):
    assert len(QUERIES) == 30
    titles = {
        write(internal, technician, title, text, tags=tuple(tags.split())).pk: title
        for title, tags, text in ARTICLES
    }
    readable = Article.objects.visible_to(technician.user).current()
    scores = {}
    for query, wanted in QUERIES.items():
        assert set(wanted) <= set(titles.values()), query
        ids = find(readable=readable, query=parse(query), languages=["english"]).ids
        scores[query] = ndcg([titles[pk] for pk in ids], wanted)
    for query, score in sorted(scores.items(), key=lambda pair: pair[1])[:5]:
        print(f"{score:.2f}  {query}")  # noqa: T201 - the figure is what this test is for
    print(f"nDCG@10 over {len(scores)} queries: {mean(scores.values()):.3f}")  # noqa: T201
    assert mean(scores.values()) >= FLOOR
