"""The order of articles in the tree of their space: by steps, after and inside others, by two."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect, sync_playwright

from archive.articles import operations, placing
from archive.articles.models import Article, ArticleEvent
from archive.articles.operations import Draft, NotPossible
from archive.articles.rules.arranging import Move, Order, Place
from archive.articles.rules.tree import is_below, tree
from archive.spaces.operations import create_space
from hm_auth.permissions import Level
from tests.archive.conftest import person, write
from tests.archive.test_attacks import sign_in
from tests.system.conftest import launch
from tests.system.test_pages import look

ARRANGE = "/spaces/handbook/arrange"


@dataclass
class Row:
    id: int
    parent_id: int | None = None


#  1           5       6 (below 9, which is in the trash)
#  ├─ 2        └─ 7
#  │  └─ 3
#  └─ 4
ROWS = [Row(1), Row(2, 1), Row(3, 2), Row(4, 1), Row(5), Row(6, 9), Row(7, 5)]


@pytest.mark.parametrize(
    ("row", "move", "other", "place"),
    [
        (4, Move.UP, None, Place(1, None)),
        (2, Move.UP, None, None),
        (2, Move.DOWN, None, Place(1, 4)),
        (4, Move.DOWN, None, None),
        (4, Move.IN, None, Place(2, 3)),
        (2, Move.IN, None, None),
        (3, Move.OUT, None, Place(1, 2)),
        (1, Move.OUT, None, None),
        (3, Move.BEFORE, 1, Place(None, None)),
        (7, Move.BEFORE, 4, Place(1, 2)),
        (4, Move.BEFORE, 2, Place(1, None)),
        (3, Move.BEFORE, 5, Place(None, 1)),
        (5, Move.BEHIND, 3, Place(2, 3)),
        (2, Move.BEHIND, 4, Place(1, 4)),
        (4, Move.INSIDE, 1, Place(1, 2)),  # where it is: the last, as it was
        (4, Move.INSIDE, 5, Place(5, 7)),
        (4, Move.BEHIND, 8, None),
        (8, Move.UP, None, None),
        (4, Move.INSIDE, 4, None),
        (4, Move.BEHIND, None, None),
        (5, Move.DOWN, None, None),  # 6 only seems to stand there
        (4, Move.BEHIND, 6, Place(None, 5)),
        (6, Move.UP, None, Place(None, 1)),
    ],
)
def test_each_move_leads_where_the_page_shows(row, move, other, place):
    assert Order(ROWS).place(row, move, other) == place


def test_an_article_knows_which_of_its_siblings_it_is():
    order = Order(ROWS)
    assert [order.standing(row) for row in (1, 2, 4, 3)] == [(1, 2), (1, 2), (2, 2), (1, 1)]


def shown(rows: list[Row]) -> list[tuple[int, int]]:
    """Return (depth, id) from top to bottom."""

    def walk(nodes, depth):
        for node in nodes:
            yield depth, node.row.id
            yield from walk(node.children, depth + 1)

    return list(walk(tree(rows), 0))


def moved(rows: list[Row], row: int, place: Place) -> list[Row]:
    """Return ``rows`` with ``row`` at ``place``, as the database would have them."""
    rest = [each for each in rows if each.id != row]
    at = next((n + 1 for n, each in enumerate(rest) if each.id == place.after), 0)
    return [*rest[:at], Row(row, place.parent), *rest[at:]]


FORESTS = st.lists(st.integers(0, 7), min_size=2, max_size=8).map(
    lambda above: [Row(n, (parent % n) or None) if n else Row(0) for n, parent in enumerate(above)]
)


@given(FORESTS, st.data())
@settings(max_examples=300, deadline=None)
def test_steps_back_undo_steps_and_nothing_else_moves(rows, data):
    rows = [Row(row.id + 1, None if row.parent_id is None else row.parent_id + 1) for row in rows]
    row = data.draw(st.sampled_from([each.id for each in rows]))
    back = {Move.UP: Move.DOWN, Move.DOWN: Move.UP, Move.IN: Move.OUT}
    parents = {each.id: each.parent_id for each in rows}
    for step, place in Order(rows).steps(row).items():
        after = moved(rows, row, place)
        assert not is_below(parents, place.parent, row)
        others = [each for _, each in shown(rows) if not is_below(parents, each, row)]
        assert [each for _, each in shown(after) if not is_below(parents, each, row)] == others
        if step in back:
            again = moved(after, row, Order(after).steps(row)[back[step]])
            assert shown(again) == shown(rows)


@pytest.fixture
def plan(technician, internal):
    """Five articles: A with B and C below it, D, and E below D."""
    made = {}
    for title, above in (("A", ""), ("B", "A"), ("C", "A"), ("D", ""), ("E", "D")):
        parent = made[above].pk if above else None
        made[title] = write(internal, technician, title, parent_id=parent)
    return made


def outline(space) -> str:
    """Return the tree as ``A(B C) D(E)``."""

    def words(nodes):
        return " ".join(
            node.row.title + (f"({words(node.children)})" if node.children else "")
            for node in nodes
        )

    return words(tree(list(placing.in_order(space.pk))))


def post(who, article, to):
    return who.browser.post(ARRANGE, {"article": str(article.pk), "to": to})


def test_a_technician_arranges_by_steps_and_by_putting(technician, internal, plan):
    for title, to, wanted in (
        ("C", "up", "A(C B) D(E)"),
        ("C", "out", "A(B) C D(E)"),
        ("C", "down", "A(B) D(E) C"),
        ("C", "in", "A(B) D(E C)"),
        ("D", f"before {plan['A'].pk}", "D(E C) A(B)"),
        ("B", f"behind {plan['E'].pk}", "D(E B C) A"),
        ("A", f"inside {plan['B'].pk}", "D(E B(A) C)"),
    ):
        answer = post(technician, plan[title], to)
        assert answer.status_code == 302
        assert outline(internal) == wanted
    assert set(Article.objects.values_list("version", flat=True)) == {1}  # no revision
    assert ArticleEvent.objects.latest("pgh_id").pgh_context.metadata["url"] == ARRANGE


def test_the_page_offers_what_is_possible_and_keeps_the_button_in_focus(technician, plan):
    page = technician.browser.get(ARRANGE).content.decode()
    assert "Choose the article to move." in page
    assert "<button" not in page.partition("ar-arrange")[2].partition("</form>")[0]
    answer = post(technician, plan["B"], "down")
    page = technician.browser.get(answer["Location"]).content.decode()
    assert "2 of 2" in page
    buttons = dict(re.findall(r'value="(up|down|in|out)"([^>]*)>', page))
    assert {name for name, text in buttons.items() if "aria-disabled" in text} == {"down"}
    assert {name for name, text in buttons.items() if "autofocus" in text} == {"down"}
    page = technician.browser.get(f"{ARRANGE}?article={plan['A'].pk}").content.decode()
    assert set(re.findall(r'aria-label="(Inside .)"', page)) == {"Inside D", "Inside E"}


@pytest.mark.parametrize(
    ("title", "to", "said"),
    [
        ("A", "up", "“A” cannot go there."),
        ("A", "inside {C}", "An article cannot be below itself."),
        ("A", "behind 00000000-0000-4000-8000-00000000dead", "“A” cannot go there."),
        ("A", "behind {Z}", "“A” cannot go there."),  # of another space
        ("Z", "up", "That article is not here any more."),
        ("A", "behind", "“A” cannot go there."),
        ("A", "sideways", "That article is not here any more."),
        ("A", "behind -----------------------------------x", "That article is not here any more."),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    technician, internal, shared, plan, title, to, said
):
    plan["Z"] = write(shared, technician, "Z")
    ids = {name: row.pk for name, row in plan.items()}
    answer = post(technician, plan[title], to.format(**ids))
    assert said in technician.browser.get(answer["Location"]).content.decode()
    assert outline(internal) == "A(B C) D(E)"


def test_what_is_in_the_trash_keeps_its_place_and_is_not_shown(technician, internal, plan):
    operations.move_to_trash(article=plan["B"])
    operations.move_to_trash(article=plan["D"])
    assert outline(internal) == "A(C) E"
    post(technician, plan["C"], "up")
    post(technician, plan["E"], "up")
    assert outline(internal) in ("E A(C)", "A(C) E")
    for title in "BD":
        operations.take_from_trash(article=plan[title])
    assert sorted(outline(internal)) == sorted("E A(B C) D")


def test_another_parent_in_the_editor_makes_it_the_last_there(technician, internal, plan):
    draft = Draft(title="B", source="Text.", parent_id=plan["D"].pk)
    operations.save(article=plan["B"], draft=draft, expected_version=1, by=technician.user)
    assert outline(internal) == "A(C) D(E B)"


@pytest.mark.django_db(transaction=True)
def test_in_a_browser_by_keyboard_by_dragging_and_without_javascript(live_server):
    writer, space = person(Level.TECHNICIAN), create_space(name="Handbook", kind="internal")
    a, *_ = [write(space, writer, title) for title in "ABCD"]
    chosen = f"{live_server.url}{ARRANGE}?article={a.pk}"
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for script in (False, True):
            page = sign_in(browser.new_context(java_script_enabled=script), live_server.url, writer)
            page.goto(chosen)
            page.get_by_role("button", name="Down").press("Enter")
            expect(page.locator(".ar-chosen")).to_contain_text("2 of 4")
            expect(page.get_by_role("button", name="Down")).to_be_focused()
            page.keyboard.press("Enter")
            expect(page.locator(".ar-chosen")).to_contain_text("3 of 4")
            page.get_by_role("button", name="Inside D").click()
            expect(page.locator(".ar-chosen")).to_contain_text("1 of 1")
            page.get_by_role("button", name="To the top").click()
            expect(page.locator(".ar-chosen")).to_contain_text("1 of 4")
        look(page, "archive-arrange")
        page.goto(live_server.url + ARRANGE)
        rows = page.locator(".ar-node")
        for moved, onto, at, wanted in (
            ("D", "A", 0.1, "DABC"), ("D", "B", 0.9, "ABDC"), ("C", "A", 0.5, "ACBD"),
        ):  # fmt: skip
            one, other = (
                rows.filter(has=page.get_by_text(title, exact=True)) for title in (moved, onto)
            )
            height = other.bounding_box()["height"]
            one.drag_to(other, target_position={"x": 20, "y": height * at})
            expect(rows).to_have_text([re.compile(rf"^\s*{title}\b") for title in wanted])
        browser.close()
    connection.close()
    assert outline(space) == "A(C) B D"


def test_who_does_not_write_arranges_nothing(billing, acme, globex, internal, plan):
    for who in (billing, acme, globex):
        assert post(who, plan["C"], "up").status_code in (403, 404)
    assert outline(internal) == "A(B C) D(E)"


def test_an_article_that_left_the_space_meanwhile_is_not_pulled_back(
    technician, internal, shared, plan
):
    operations.move(article=Article.objects.get(pk=plan["C"].pk), space=shared)
    with pytest.raises(NotPossible):
        placing.place(article=plan["C"], parent_id=plan["D"].pk, after_id=None)
    assert outline(internal) == "A(B) D(E)"


def test_five_hundred_articles_are_arranged_in_few_queries(
    technician, internal, django_assert_max_num_queries
):
    first = write(internal, technician, "First")
    values = {
        field.attname: getattr(first, field.attname)
        for field in Article._meta.concrete_fields
        if field.name not in ("id", "slug", "title", "position")
    }
    Article.objects.bulk_create(
        Article(**values, slug=f"n{n}", title=f"N{n}", position=n) for n in range(2, 501)
    )
    with django_assert_max_num_queries(3):
        page = technician.browser.get(f"{ARRANGE}?article={first.pk}").content.decode()
    assert page.count('aria-label="After') == 499
    last = Article.objects.get(slug="n500")
    with django_assert_max_num_queries(13):
        post(technician, first, f"behind {last.pk}")
    assert outline(internal).split()[-1] == "First"
    with django_assert_max_num_queries(13):
        post(technician, first, "up")
    assert outline(internal).split()[-2:] == ["First", "N500"]


@pytest.mark.django_db(transaction=True)
def test_two_people_at_once_leave_a_tree_with_every_article_in_it():
    """Each puts theirs into the other's, at once: one of them has to be told that it cannot be."""
    writer, space = person(Level.TECHNICIAN), create_space(name="Handbook", kind="internal")
    a, b, c = (write(space, writer, title) for title in "ABC")
    together = threading.Barrier(2)
    refused: list[Article] = []

    def put(mine: Article, other: Article) -> None:
        for _ in range(15):
            together.wait()
            try:
                placing.arrange(article=mine, move=Move.INSIDE, other_id=other.pk)
            except NotPossible:
                refused.append(mine)
            together.wait()
            if mine == a:
                seen.append(outline(space))
                Article.objects.filter(space=space).exclude(pk=c.pk).update(parent=None)
        connection.close()  # each person has their own

    seen: list[str] = []
    threads = [threading.Thread(target=put, args=pair) for pair in ((a, b), (b, a))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) <= {"A(B) C", "C A(B)", "B(A) C", "C B(A)"}
    assert len(refused) == len(seen) == 15
