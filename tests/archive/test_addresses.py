"""Addresses of articles: after a rename, after a move, and for other programs."""

from __future__ import annotations

import re

import pytest

from archive.articles import operations
from archive.articles.models import Article, ArticleEvent
from archive.articles.operations import Draft, Facts
from tests.archive.conftest import write


def rename(article, title, by):
    article.refresh_from_db()
    draft = Draft(title=title, source=article.source, visibility=article.visibility)
    operations.save(article=article, draft=draft, expected_version=article.version, by=by.user)


@pytest.fixture
def printer(technician, acme_space):
    return write(acme_space, technician, "Printer", visibility="client")


def test_the_address_follows_the_title_and_the_old_one_leads_to_it(technician, acme, printer):
    rename(printer, "Label printer", technician)
    for browser in (technician.browser, acme.browser):
        assert browser.get("/articles/acme/label-printer").status_code == 200
        assert browser.get("/articles/acme/printer")["Location"] == "/articles/acme/label-printer"
    rename(printer, "Printer", technician)
    assert acme.browser.get("/articles/acme/printer").status_code == 200
    assert acme.browser.get("/articles/acme/label-printer")["Location"] == "/articles/acme/printer"


def test_an_old_address_tells_an_outsider_nothing(technician, globex, printer):
    rename(printer, "Label printer", technician)
    assert globex.browser.get("/articles/acme/printer").status_code == 404


def test_an_old_address_is_not_given_to_another_article(technician, acme_space, printer):
    rename(printer, "Label printer", technician)
    assert write(acme_space, technician, "Printer").slug == "printer-2"


def test_a_moved_article_takes_those_below_along_and_is_opened_to_nobody(
    technician, acme, acme_space, shared, printer
):
    below = write(acme_space, technician, "Ink", parent_id=printer.pk, visibility="client")
    write(shared, technician, "Ink")
    operations.move(article=printer, space=shared)
    below.refresh_from_db()
    assert (below.space, below.parent_id, below.slug) == (shared, printer.pk, "ink-2")
    assert technician.browser.get("/articles/acme/ink")["Location"] == "/articles/help/ink-2"
    assert acme.browser.get("/articles/acme/ink").status_code == 404
    with pytest.raises(operations.NotPossible):
        operations.move(article=Article.objects.get(pk=printer.pk), space=shared)


def test_other_programs_find_an_article_by_its_id(technician, acme, globex, printer):
    address = f"/articles/{printer.pk}"
    assert acme.browser.get(address)["Location"] == "/articles/acme/printer"
    assert globex.browser.get(address).status_code == 404


def test_facts_are_kept_without_a_revision_and_their_changes_are_written_down(technician, printer):
    typed = {
        "title": "Printer", "source": "Text.", "visibility": "client", "version": "1",
        "kind": "runbook", "owner": str(technician.user.pk), "review_on": "2027-01-31",
        "pinned": "on",
    }  # fmt: skip
    assert technician.browser.post("/articles/acme/printer/edit", typed).status_code == 302
    printer.refresh_from_db()
    assert Facts.of(printer).kind == "runbook"
    assert (str(printer.review_on), printer.pinned, printer.version) == ("2027-01-31", True, 1)
    event = ArticleEvent.objects.get()
    assert (event.kind, event.pgh_context.metadata["url"]) == (
        "runbook", "/articles/acme/printer/edit",
    )  # fmt: skip
    rename(printer, "Printers", technician)  # by a program that knows no facts
    printer.refresh_from_db()
    assert printer.pinned


def test_names_in_any_script_are_found_by_address_by_link_and_after_a_rename(technician, shared):
    titles = {
        "网络设置": "wangluoshezhi", "Принтер": "printer", "إعداد": "dd", "מדפסת": "mdfst",
        "🔥": "fire", "网" * 200: "wang" * 20,
    }  # fmt: skip
    browser = technician.browser
    for title, slug in titles.items():
        row = write(shared, technician, title, visibility="client")
        assert row.slug == slug
        link = re.search(r'href="(/go/[^"]*)"', write(shared, technician, "L", f"[[{title}]]").html)
        assert browser.get(link[1])["Location"] == f"/articles/help/{slug}"
        assert browser.get(f"/articles/help/{slug}").status_code == 200
        rename(row, f"2 {title[:190]}", technician)
        assert browser.get(f"/articles/help/{slug}").status_code == 302
    assert write(shared, technician, "网络设置").slug == "wangluoshezhi-2"


def test_a_technician_moves_an_article_and_a_client_does_not(
    technician, acme, acme_space, shared, printer
):
    address = "/articles/acme/printer/move"
    assert acme.browser.post(address, {"space": str(shared.pk)}).status_code == 403
    assert technician.browser.post(address, {"space": str(acme_space.pk)}).status_code == 200
    answer = technician.browser.post(address, {"space": str(shared.pk)}, follow=True)
    assert answer.redirect_chain[-1][0] == "/articles/help/printer"
    assert acme.browser.get("/articles/help/printer").status_code == 404
