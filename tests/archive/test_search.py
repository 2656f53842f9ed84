"""Search: words, phrases, typing mistakes, marks."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from archive.articles.models import Article
from tests.archive.conftest import write


@pytest.fixture
def library(technician, internal):
    write(internal, technician, "Resetting a password", "Open the directory & reset it.")
    write(internal, technician, "VPN on a Mac", "The tunnel needs a certificate.", tags=("remote",))
    write(internal, technician, "Printers", "When the printers jam, open the tray.")


def found(person, query):
    answer = person.browser.get("/search", {"q": query})
    assert answer.status_code == 200
    return [result.article.title for result in answer.context["results"]]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("printer jam", "Printers"),
        ("reset", "Resetting a password"),
        ("remote", "VPN on a Mac"),
        ('"open the tray"', "Printers"),
        ("pasword", "Resetting a password"),
        ("resseting pasword", "Resetting a password"),
        ("pritners", "Printers"),
    ],
)
def test_words_find_their_article_even_with_a_typing_mistake(library, technician, query, first):
    assert found(technician, query)[0] == first


@pytest.mark.parametrize(
    "query", ["zxqv", "", "   ", "\x00", "x" * 300, "-", '"', "!&|:*()<>", "%"]
)
def test_what_finds_nothing_says_so(library, technician, query):
    assert found(technician, query) == []


def test_the_words_are_marked_and_the_text_stays_text(library, technician):
    page = technician.browser.get("/search?q=directory").content.decode()
    assert "<mark>directory</mark> &amp; reset" in page


def test_rerender_renders_what_an_older_renderer_made(library, technician, capsys):
    Article.objects.update(html="old", rendered_by=0)
    call_command("rerender")
    assert not Article.objects.filter(html="old").exists()
    call_command("rerender")
    assert capsys.readouterr().out.split("\n")[:2] == [
        "3 articles rendered.", "0 articles rendered.",
    ]  # fmt: skip
