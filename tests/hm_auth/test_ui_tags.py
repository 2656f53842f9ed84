"""What the template tags put on a page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.template.loader import get_template
from django.utils import timezone

from hm_auth.ui.keyset import Page


def render(source, **context):
    return Template("{% load hm %}" + source).render(Context(context))


def test_an_icon_is_hidden_from_screen_readers():
    html = render('{% icon "house" %}')
    assert html.startswith("<svg")
    assert 'aria-hidden="true"' in html


def test_an_icon_that_stands_alone_has_a_name():
    html = render('{% icon "menu" label="Open & close" %}')
    assert 'role="img"' in html
    assert 'aria-label="Open &amp; close"' in html
    assert "aria-hidden" not in html


def test_a_module_with_an_unknown_icon_gets_a_box():
    assert render('{% icon "no-such-icon" %}') == render('{% icon "box" %}')


def test_a_badge_says_its_state_in_words():
    assert ">Active<" in render('{% badge "active" %}')
    assert "hm-good" in render('{% badge "active" %}')


def test_a_badge_escapes_what_people_typed():
    assert "<b>" not in render("{% badge value %}", value="<b>")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Zoë van den Berg", "ZB"),
        ("prince", "P"),
        ("王小明", "王"),
        ("ليلى حداد", "ل"),
        ("O’Brien-Smith, Seán", "OS"),
        ("  ", "?"),
        ("(former)", "?"),
    ],
)
def test_initials_of_many_scripts(name, letters):
    assert render("{{ name|initials }}", name=name) == letters


def test_a_time_is_shown_in_the_services_zone_with_utc_behind_it():
    with timezone.override("Europe/Berlin"):
        html = render("{{ at|timestamp }}", at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    assert ">2 Jul 2026, 00:30<" in html
    assert 'datetime="2026-07-01T22:30:00Z"' in html
    assert 'title="2026-07-01 22:30:00 UTC"' in html


def test_a_date_has_no_time_and_no_zone():
    html = render("{{ at|timestamp }}", at=date(2026, 7, 1))
    assert html == '<time datetime="2026-07-01">1 Jul 2026</time>'


def test_no_time_is_a_dash():
    assert render("{{ at|timestamp }}", at=None) == "–"


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"display_name": "Tess", "username": "tech"}, "Tess"),
        ({"full_name": "Tess Tech", "username": "tech"}, "Tess Tech"),
        ({"full_name": "", "username": "tech"}, "tech"),
    ],
)
def test_a_person_is_called_by_the_best_name_there_is(user, name):
    assert render("{{ user|person_name }}", user=SimpleNamespace(**user)) == name


def test_the_next_page_keeps_the_filters(rf):
    request = rf.get("/companies", {"status": "active", "after": "old"})
    page = Page(rows=[], next="new")
    html = get_template("hm/parts/pagination.html").render({"page": page}, request)
    assert 'href="?status=active&amp;after=new"' in html
    assert 'href="?status=active"' in html


def test_one_page_alone_has_no_page_links(rf):
    page = Page(rows=[1], next=None)
    html = get_template("hm/parts/pagination.html").render({"page": page}, rf.get("/"))
    assert html.strip() == ""
