"""Texts made to hang or break the service: each costs little, whoever wrote it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from archive.articles.models import Article
from archive.articles.rendering import render
from archive.articles.rules.comparing import compare
from archive.articles.rules.merging import merge
from archive.articles.rules.tree import DEEPEST, tree
from archive.runbooks.rules import MOST, steps
from tests.archive.conftest import write
from tests.archive.test_rules import Row

ROWS = "| a | b |\n"


@contextmanager
def within(seconds: float) -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < seconds


def numbers(count: int, modulus: int) -> str:
    return "\n".join(str(each % modulus) for each in range(count))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ROWS * 10_000, ROWS * 5_000 + "| new | row |\n" + ROWS * 5_000),
        ("a\n" * 90_000, "b\n" + "a\n" * 89_000),
        ("one two " * 1_400, "one three " * 1_400),
        (numbers(40_000, 7), numbers(40_000, 5)),
    ],
)
def test_long_texts_are_compared_and_merged_in_seconds(old, new):
    with within(6):
        pieces = compare(old, new)
        merged = merge(old, new, f"{old}\nlast")
    assert "".join(piece.text for piece in pieces if piece.change != "added") == old
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == new
    assert merged.text.endswith("last") or merged.conflicts


def test_a_row_added_to_a_long_table_is_all_that_is_marked():
    pieces = compare(ROWS * 10_000, ROWS * 5_000 + "| new | row |\n" + ROWS * 5_000)
    assert [piece.text for piece in pieces if piece.change != "same"] == ["| new | row |\n"]


@pytest.mark.parametrize(
    "source",
    [
        "# Again\n" * 10_000,
        f"```ini\n{'=' * 190_000}\n```",
        f"```xml\n{'<!' * 90_000}\n```",
        "- [ ] again\n" * 3_000,
        ">" * 20_000 + " deep",
        "- " * 60_000 + "deep",
    ],
)
def test_signs_in_masses_are_rendered_in_seconds(source):
    with within(8):
        assert render(source, "handbook").html


def test_a_runbook_of_many_steps_is_read_in_seconds():
    with within(5):
        assert len(steps("- [ ] again\n" * 20_000)) == MOST


def test_a_tree_of_two_hundred_levels_is_shown(technician, internal):
    above = None
    for number in range(200):
        article = write(internal, technician, f"Level {number}", parent_id=above)
        above = article.pk
    page = technician.browser.get("/spaces/handbook").content.decode()
    assert page.count("/articles/handbook/level-") == Article.objects.count() == 200
    assert technician.browser.get("/spaces/handbook/export.zip").status_code == 200


def test_what_is_deeper_than_a_page_shows_keeps_its_order():
    node = tree([Row(number, number - 1) for number in range(100)])[0]
    for _ in range(DEEPEST - 2):
        (node,) = node.children
    assert [child.row.id for child in node.children] == list(range(DEEPEST - 1, 100))
