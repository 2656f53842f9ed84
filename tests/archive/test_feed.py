"""The Atom feed: for whom, of what, and well-formed whatever an article is called."""

from __future__ import annotations

import base64
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.db import connection

from archive.articles import operations
from archive.articles.models import Article
from archive.feed.rules import LONGEST, beginning, whole_tags
from hm_auth.testing import NexusDouble, VerifierDouble
from tests.archive.conftest import write
from tests.archive.test_access import READS

ATOM = "{http://www.w3.org/2005/Atom}"
TOKEN = "hm_" + "a" * 43


def read(browser, query="", **headers):
    return browser.get(f"/feed.atom{query}", headers=headers)


def feed_of(answer):
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"].startswith("application/atom+xml")
    return ElementTree.fromstring(answer.content)


def entries(answer):
    return feed_of(answer).findall(f"{ATOM}entry")


def text(node, name):
    return node.findtext(f"{ATOM}{name}")


def titles(answer):
    return [text(entry, "title") for entry in entries(answer)]


@pytest.fixture
def reader(client, monkeypatch):
    """A feed reader: ``reader(acme)`` reads with an API token of that person."""

    def make(person):
        cache.clear()
        monkeypatch.setattr("hm_auth.nexus.client", NexusDouble(api_tokens={TOKEN: "x"}))
        monkeypatch.setattr("hm_auth.nexus.verifier", VerifierDouble({"x": person}))
        pair = base64.b64encode(f"anybody:{TOKEN}".encode()).decode()
        return lambda query="", **more: read(client, query, Authorization=f"Basic {pair}", **more)

    yield make
    cache.clear()


@pytest.mark.parametrize("who", READS)
def test_it_tells_each_reader_of_what_they_may_read_and_of_nothing_else(
    request, articles, reader, who
):
    person = request.getfixturevalue(who)
    expected = {articles[key].title for key in READS[who] - {"acme_trashed"}}
    assert set(titles(read(person.browser))) == expected
    assert set(titles(reader(person)())) == expected


def test_a_stranger_is_asked_for_a_password_and_not_sent_to_a_page(client, db):
    answer = read(client)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")


def test_without_nexus_a_reader_is_told_to_come_again(articles, acme, reader, monkeypatch):
    ask = reader(acme)
    monkeypatch.setattr("hm_auth.nexus.client", NexusDouble(down=True))
    answer = ask()
    assert (answer.status_code, answer["Retry-After"]) == (503, "15")


@pytest.mark.parametrize("who", ["acme", "globex"])
def test_a_space_that_is_not_the_readers_is_like_one_that_does_not_exist(
    request, articles, reader, who
):
    ask = reader(request.getfixturevalue(who))
    assert ask("?space=handbook").status_code == ask("?space=nowhere").status_code == 404
    assert ask("?space=acme").status_code == (200 if who == "acme" else 404)


def test_a_space_and_a_tag_narrow_it(articles, technician, acme_space):
    write(acme_space, technician, "Tagged", tags=["vpn"])
    assert titles(read(technician.browser, "?space=help")) == ["Zebra draft", "Zebra basics"]
    assert titles(read(technician.browser, "?tag=VPN")) == ["Tagged"]
    assert titles(read(technician.browser, "?space=help&tag=vpn")) == []


@pytest.mark.parametrize("query", ["?space=a%00b", "?tag=a%00b", "?space=../x", "?tag=" + "x" * 41])
def test_nonsense_finds_nothing(articles, technician, query):
    assert read(technician.browser, query).status_code == 404


def test_an_entry_says_what_a_reader_needs(articles, technician, acme_space, settings):
    article = write(
        acme_space, technician, "Set up the VPN", "# First\n\nCall **the office** & ask.\n",
        tags=["vpn", "network"], visibility="client",
    )  # fmt: skip
    answer = read(technician.browser, "?space=acme")
    feed, entry = feed_of(answer), entries(answer)[0]
    assert text(feed, "title") == "Acme · Archive"
    here = f"{settings.PUBLIC_URL}/feed.atom?space=acme"
    assert {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")} == {
        "self": here, "alternate": f"{settings.PUBLIC_URL}/spaces/acme",
    }  # fmt: skip
    assert text(feed, "id") == here
    assert text(entry, "id") == f"urn:uuid:{article.pk}"
    assert text(entry, "title") == "Set up the VPN"
    [link] = entry.findall(f"{ATOM}link")
    assert link.get("href") == f"{settings.PUBLIC_URL}/articles/acme/set-up-the-vpn"
    assert text(entry, "summary") == "First Call the office &amp; ask."
    assert entry.find(f"{ATOM}summary").get("type") == "html"
    assert {each.get("term") for each in entry.findall(f"{ATOM}category")} == {"vpn", "network"}
    assert text(entry, "published")[:19] == article.created_at.isoformat()[:19]
    assert text(entry, "updated")[:19] == article.updated_at.isoformat()[:19]
    assert text(entry, "updated") == text(feed, "updated")


def test_who_wrote_is_the_staffs_to_know(articles, technician, acme):
    for person, named in ((technician, True), (acme, False)):
        answer = read(person.browser)
        assert ("Theo" in answer.content.decode()) is named
        assert feed_of(answer).findtext(f"{ATOM}author/{ATOM}name") == "Archive"


HOSTILE = [
    "<script>alert(1)</script>",
    "]]> & <!-- <b>",
    "A \"quoted\" 'title'",
    "Control \x01\x08\x0b\x1f characters",
    "No character \ufffe\uffff",
    "Right \u202eto left, an emoji 🖨 and é",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_whatever_an_article_says_the_feed_is_well_formed(technician, shared, title):
    article = write(shared, technician, "Plain", "x", visibility="client")
    html = f"<p>{title}</p><p>&#1;&#xfffe;&lt;img src=x onerror=alert(1)&gt;</p>"
    Article.objects.filter(pk=article.pk).update(
        title=title, html=html, tags=[title[:40]], changed_by=title
    )
    [entry] = entries(read(technician.browser))
    kept = "".join(c for c in title if c.isprintable() or c == "\u202e")
    assert text(entry, "title") == kept.replace("\ufffe", "").replace("\uffff", "")
    assert "<" not in text(entry, "summary")  # as HTML it is text
    assert not list(entry.find(f"{ATOM}title"))


def test_a_summary_is_short_and_not_cut_within_a_tag():
    assert whole_tags('<p>One <a href="/articles/x') == "<p>One "
    assert whole_tags("<p>One &am") == "<p>One "
    assert whole_tags("<p>One</p>") == "<p>One</p>"
    long = beginning("word " * 200)
    assert len(long) <= LONGEST + 1
    assert long.endswith("word…")
    assert beginning("x" * 1000) == "x" * LONGEST + "…"


def test_nothing_new_costs_no_second_transfer(articles, technician, acme_space):
    first = read(technician.browser, "?space=acme")
    assert "private" in first["Cache-Control"]
    assert {"Authorization", "Cookie"} <= set(first["Vary"].split(", "))
    again = read(technician.browser, "?space=acme", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    operations.move_to_trash(article=articles["acme"])
    changed = read(technician.browser, "?space=acme", **{"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert "Zebra printer" not in titles(changed)


def test_it_is_the_latest_fifty_with_what_was_changed_last_in_front(technician, shared):
    for number in range(52):
        write(shared, technician, f"Article {number}", visibility="client")
    first = Article.objects.get(title="Article 0")
    operations.save(
        article=first, expected_version=1, by=technician.user,
        draft=operations.Draft(title="Article 0", source="New.", visibility="client"),
    )  # fmt: skip
    found = titles(read(technician.browser))
    assert found[:2] == ["Article 0", "Article 51"]
    assert len(found) == 50


def test_it_costs_few_queries(articles, technician, reader, django_assert_num_queries):
    with django_assert_num_queries(3):  # session, space, articles
        read(technician.browser, "?space=acme")
    ask = reader(technician)
    with django_assert_num_queries(2):
        ask("?space=acme")


def test_the_order_comes_from_an_index(articles):
    rows = Article.objects.order_by("-updated_at", "-id")[:50]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = rows.explain()
    assert "Index Scan using article_recent" in plan
    assert "Sort" not in plan


def test_pages_lead_to_the_feed_and_say_how_to_follow_it(articles, acme, globex):
    page = acme.browser.get("/spaces/acme").content.decode()
    assert 'type="application/atom+xml" href="/feed.atom?space=acme"' in page
    assert 'href="/subscribe?space=acme"' in page
    assert 'type="application/atom+xml" href="/feed.atom"' in acme.browser.get("/").content.decode()
    help_page = acme.browser.get("/subscribe?space=acme").content.decode()
    assert "/feed.atom?space=acme" in help_page
    assert "API token" in help_page
    assert globex.browser.get("/subscribe?space=acme").status_code == 404
