"""Links between articles: wiki links, backlinks, what is broken, wanted, or an orphan."""

from __future__ import annotations

import pytest

from archive.articles import operations
from archive.articles.models import Article
from archive.articles.operations import Draft
from archive.articles.rendering import render
from tests.archive.conftest import write


def save(article, by, **changed):
    article.refresh_from_db()
    typed = {"title": article.title, "source": article.source, "visibility": article.visibility}
    operations.save(
        article=article, draft=Draft(**{**typed, **changed}),
        expected_version=article.version, by=by.user,
    )  # fmt: skip


def backlinks(person, address):
    return [row.title for row in person.browser.get(address).context["backlinks"]]


@pytest.mark.parametrize(
    ("source", "href", "words"),
    [
        ("[[Reset the router]]", "/go/help/Reset%20the%20router", "Reset the router"),
        ("[[Reset|how to]]", "/go/help/Reset", "how to"),
        ("[[acme:Reset]]", "/go/acme/Reset", "Reset"),
        ("[[Note: read]]", "/go/help/Note%3A%20read", "Note: read"),
        ("[[a/b?c#d]]", "/go/help/a%2Fb%3Fc%23d", "a/b?c#d"),
    ],
)
def test_titles_in_brackets_are_links(source, href, words):
    assert f'<a href="{href}" rel="noopener noreferrer">{words}</a>' in render(source, "help").html


@pytest.mark.parametrize("source", ["`[[x]]`", "    [[x]]", "[[]]", "[[ ]]", "[[a\nb]]"])
def test_other_brackets_are_none(source):
    assert "<a" not in render(source, "help").html


@pytest.mark.parametrize("title", ["<img src=x onerror=alert(1)>", '" onclick="x', "javascript:x"])
def test_a_title_in_brackets_is_text(title):
    html = render(f"[[{title}]]", "help").html
    assert "<img" not in html
    assert '<a href="/go/' in html
    assert " onclick" not in html.split(">")[1]


def test_a_link_leads_to_its_article_and_back(technician, acme, acme_space):
    write(acme_space, technician, "Router", visibility="client")
    write(acme_space, technician, "Outages", "See [[router]].", visibility="client")
    write(acme_space, technician, "Plain", "See [it](/articles/acme/router#s-x).")
    assert acme.browser.get("/go/acme/router")["Location"] == "/articles/acme/router"
    assert backlinks(acme, "/articles/acme/router") == ["Outages"]
    assert backlinks(technician, "/articles/acme/router") == ["Outages", "Plain"]


def test_a_backlink_tells_nothing_of_what_one_may_not_read(
    technician, acme, globex, acme_space, shared
):
    router = write(shared, technician, "Router", visibility="client")
    write(acme_space, technician, "Acme plan", "[[help:Router]]", visibility="client")
    write(acme_space, technician, "Secret plan", f"[x](/articles/{router.pk})")
    assert backlinks(technician, "/articles/help/router") == ["Acme plan", "Secret plan"]
    assert backlinks(acme, "/articles/help/router") == ["Acme plan"]
    assert backlinks(globex, "/articles/help/router") == []
    assert globex.browser.get("/go/acme/Acme%20plan").status_code == 404
    assert acme.browser.get("/go/acme/Secret%20plan").status_code == 404


def test_links_keep_pointing_after_a_rename(technician, acme_space):
    router = write(acme_space, technician, "Router")
    write(acme_space, technician, "Outages", "[[Router]] and [again](/articles/acme/router)")
    save(router, technician, title="Gateway")
    browser = technician.browser
    assert browser.get("/go/acme/Router")["Location"] == "/articles/acme/gateway"
    assert browser.get("/articles/acme/router")["Location"] == "/articles/acme/gateway"
    assert backlinks(technician, "/articles/acme/gateway") == ["Outages"]
    assert not browser.get("/links/broken").context["page"].rows
    # So do links that are written later under the old name, for a link so named exists.
    write(acme_space, technician, "Later", "[[Router]]")
    assert backlinks(technician, "/articles/acme/gateway") == ["Later", "Outages"]


def test_a_wanted_article_is_begun_from_its_link(technician, billing, acme, acme_space):
    write(acme_space, technician, "Outages", "[[UPS battery]]", visibility="client")
    browser = technician.browser
    assert [row["title"] for row in browser.get("/links/wanted").context["wanted"]] == [
        "UPS battery"
    ]
    answer = browser.get("/go/acme/UPS%20battery")
    assert answer["Location"] == "/spaces/acme/new?title=UPS+battery"
    assert 'value="UPS battery"' in browser.get(answer["Location"]).content.decode()
    assert acme.browser.get("/go/acme/UPS%20battery").status_code == 404
    write(acme_space, technician, "UPS battery")
    assert not browser.get("/links/wanted").context["wanted"]
    assert backlinks(technician, "/articles/acme/ups-battery") == ["Outages"]


def test_broken_links_are_listed_until_they_are_mended(technician, acme_space):
    outages = write(acme_space, technician, "Outages", "[x](/articles/acme/nothing)")
    router = write(acme_space, technician, "Router", "[[Outages]]")
    browser = technician.browser

    def broken():
        return [link.href for link in browser.get("/links/broken").context["page"].rows]

    assert broken() == ["/articles/acme/nothing"]
    save(outages, technician, source="[[Router]] [else](https://example.com/articles/a/b)")
    assert broken() == []
    operations.move_to_trash(article=router)
    assert broken() == ["/go/acme/Router"]


def test_what_nothing_leads_to_is_an_orphan(technician, acme_space):
    above = write(acme_space, technician, "Above")
    write(acme_space, technician, "Below", "[[Linked]]", parent_id=above.pk)
    write(acme_space, technician, "Linked")
    write(acme_space, technician, "Alone", "[[Alone]]")
    rows = technician.browser.get("/links/orphans").context["page"].rows
    assert [row.title for row in rows] == ["Alone"]


@pytest.mark.parametrize("page", ["broken", "wanted", "orphans"])
def test_only_the_staff_mends_links(technician, billing, acme, articles, page):
    assert technician.browser.get(f"/links/{page}").status_code == 200
    assert billing.browser.get(f"/links/{page}").status_code == 200
    assert acme.browser.get(f"/links/{page}").status_code == 403


def test_a_link_to_an_article_of_no_space_is_kept_as_broken(technician, acme_space):
    article = write(acme_space, technician, "Outages", "[[nowhere:Thing]] [[Outages|me]]")
    assert article.links.count() == 2
    assert Article.objects.get().links.filter(target=None).count() == 1
