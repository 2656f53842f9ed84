"""The rules: merging, comparing, the tree, addresses."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.articles.rules.comparing import compare, side_by_side
from archive.articles.rules.merging import has_markers, merge
from archive.articles.rules.tree import is_below, tree
from archive.spaces.rules import SLUG_LENGTH, slug_for

# Few different lines, so that they repeat and move: that is where merges go wrong.
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "", "# d", "e "]), max_size=12).map("\n".join)


def lines(text: str) -> Counter[str]:
    return Counter(text.split("\n"))


@settings(max_examples=1500, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_a_merge_never_loses_a_line_that_either_side_wrote(base, mine, theirs):
    merged = lines(merge(base, mine, theirs).text)
    for side in (mine, theirs):
        assert not (lines(side) - lines(base)) - merged


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS)
def test_a_merge_with_one_side_unchanged_is_the_other_side(base, mine):
    assert merge(base, mine, base).text == mine
    assert merge(base, base, mine).text == mine
    assert merge(base, mine, mine).text == mine
    assert merge(base, mine, mine).conflicts == 0


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_a_conflict_is_marked_and_nothing_else_is(base, mine, theirs):
    merged = merge(base, mine, theirs)
    assert has_markers(merged.text) == bool(merged.conflicts)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_a_comparison_holds_both_texts_exactly(old, new):
    pieces = compare(old, new)
    assert "".join(piece.text for piece in pieces if piece.change != "added") == old
    assert "".join(piece.text for piece in pieces if piece.change != "removed") == new


def test_a_comparison_names_the_words():
    changes = [(piece.change, piece.text) for piece in compare("Wait a minute.", "Wait an hour.")]
    assert ("removed", "a") in changes
    assert ("added", "an") in changes


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab \n", max_size=60), st.text(alphabet="ab \n", max_size=60))
def test_side_by_side_holds_both_texts_line_by_line(old, new):
    pairs = side_by_side(compare(old, new))
    texts = [["".join(piece.text for piece in side) for side in (p.old, p.new)] for p in pairs]
    for side, whole in enumerate((old, new)):
        shown = [line[side] for line in texts]
        assert [line for line in shown if line] == [line for line in whole.split("\n") if line]
    for pair, (left, right) in zip(pairs, texts, strict=True):
        assert pair.is_changed or left == right or "" in (left, right)


def test_the_same_line_stands_at_the_same_height_on_both_sides():
    pairs = side_by_side(compare("one\ntwo\nend\n", "one\n2\n3\n4\nend\n"))
    assert ("end", "end") in [
        tuple("".join(piece.text for piece in side) for side in (pair.old, pair.new))
        for pair in pairs
    ]


def test_lines_behind_the_last_one_stand_below_it():
    (same, more) = side_by_side(compare("one", "one\ntwo"))
    assert (len(same.old), len(same.new), len(more.old), len(more.new)) == (1, 1, 0, 1)


@dataclass
class Row:
    id: int
    parent_id: int | None


def test_a_row_whose_parent_is_not_shown_stands_at_the_top():
    top = tree([Row(2, 1), Row(3, 2), Row(4, None)])
    assert [node.row.id for node in top] == [2, 4]
    assert [node.row.id for node in top[0].children] == [3]


def test_below_is_known_even_in_a_circle():
    assert is_below({3: 2, 2: 1, 1: None}, 3, 1)
    assert not is_below({3: 2, 2: 1, 1: None}, 1, 3)
    assert not is_below({1: 2, 2: 1}, 1, 3)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Café: Größe & more!", "cafe-grosse-more"),
        ("Łódź – Øresund", "lodz-oresund"),
        ("Theo's VPN", "theo-s-vpn"),
        ("Настройка принтера", "nastroyka-printera"),
        ("网络 设置", "wangluo-shezhi"),
        ("إعداد الطابعة", "dd-ltbh"),
        ("הגדרת מדפסת", "hgdrt-mdfst"),
        ("東京オフィス", "dongjingofuisu"),
        ("Ｗｉ－Ｆｉ ①", "wi-fi-1"),  # full width and circled
        ("👑🔥", "crown-fire"),
        ("\u202e\u200b!", "page"),  # nothing to write: a mark of direction, a space without width
        ("", "page"),
    ],
)
def test_the_address_of_a_name_in_any_script_can_be_read(name, address):
    assert slug_for(name) == address


def test_an_address_is_free_and_short():
    assert slug_for("A", {"a", "a-2"}) == "a-3"
    assert slug_for("а", {"a"}) == "a-2"  # Cyrillic: no two addresses look the same
    assert slug_for("网" * 200) == ("wang" * 20)
    assert slug_for("ﷺ" * 200_000) == slug_for("ﷺ" * 10)  # at once, too: a heading may be so long


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_every_name_gives_an_address(name):
    slug = slug_for(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= SLUG_LENGTH
    assert slug_for(slug) == slug  # so that an export is imported under the addresses it names
