"""What tells of an article without being it: its files, comments, stars, places, and the API."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile

from archive.articles import operations
from archive.articles.models import Article
from archive.attachments.operations import attach
from archive.discussion import operations as discussion
from archive.drafts.operations import heartbeat
from archive.search import indexing
from archive.spaces.operations import create_space
from tests.archive.conftest import ACME, GLOBEX, PNG, write
from tests.archive.test_api import send

WORDS = ("Zebra printer", "Why?", "quixotry", "shot.png")
LISTS = (
    "/", "/recent", "/reading", "/watching", "/search?q=zebra+printer", "/search?q=zebre+prnter",
    "/search?q=quixotry", "/search?q=quixotri", "/search?q=shot.png", "/spaces/acme",
    "/articles/help/zebra-basics", "/feed.atom", "/feed.atom?space=acme", "/feed.atom?tag=zebra",
)  # fmt: skip
API_LISTS = (
    "/api/articles/", "/api/articles/?starred=true", "/api/articles/?watched=true",
    "/api/articles/?trashed=true", "/api/articles/?kind=article&tag=&ordering=created_at",
    "/api/attachments/", "/api/comments/", "/api/search/?q=zebra+quixotry",
)  # fmt: skip


@pytest.fixture
def noticed(articles, technician, acme, shared):
    """Acme's article with a file, a comment, a star, a watch, and a link from another article."""
    article = articles["acme"]
    picture = attach(name="shot.png", content=ContentFile(PNG), by=technician.user, article=article)
    indexing.add_text(article_id=article.pk, source="attachment:x", text="quixotry")
    discussion.comment(article=article, text="Why?", by=acme.user)
    acme.browser.post("/articles/acme/zebra-printer/star", {"on": "1"})
    acme.browser.post("/articles/acme/zebra-printer/watch", {"on": "1"})
    acme.browser.get("/articles/acme/zebra-printer")
    operations.save(
        article=articles["shared"], expected_version=1, by=technician.user,
        draft=operations.Draft(
            title="Zebra basics", source="See [it](/articles/acme/zebra-printer).",
            visibility="client",
        ),
    )  # fmt: skip
    return article, picture


def told(person, articles):
    """Return what the lists tell ``person`` of Acme's article."""
    pages = {each: person.browser.get(each).content.decode() for each in LISTS}
    pages |= {each: send(person, "get", each).content.decode() for each in API_LISTS}
    backlinks = f"/api/articles/{articles['shared'].pk}/"
    for each in (f"{backlinks}links/", f"{backlinks}backlinks/"):
        pages[each] = send(person, "get", each).content.decode()
    return {
        (address, word)
        for address, text in pages.items()
        for word in (*WORDS, str(articles["acme"].pk))
        if word in text and word not in address  # a page says what was looked for
    }


@pytest.mark.parametrize("fate", ["moved", "trashed", "closed"])
def test_nothing_tells_of_an_article_that_is_no_longer_for_its_client(
    noticed, articles, technician, acme, globex, fate
):
    article, picture = noticed
    files = [
        f"/attachments/{picture.pk}", f"/attachments/{picture.pk}/thumbnail",
        f"/api/attachments/{picture.pk}/content/", f"/api/attachments/{picture.pk}/thumbnail/",
    ]  # fmt: skip
    tags = {each: send(acme, "get", each).headers["ETag"] for each in files}
    assert told(acme, articles)
    readers = [acme, globex]
    if fate == "moved":
        target = create_space(name="Globex", kind="company", company_id=GLOBEX)
        operations.move(article=article, space=target)
        for each in files:
            assert send(globex, "get", each).status_code == 404, each  # the staff's until opened
        Article.objects.filter(pk=article.pk).update(visibility="client")
        assert send(globex, "get", files[0]).status_code == 200
        comments = send(globex, "get", f"/api/comments/?article={article.pk}").json()["results"]
        assert comments == []
        readers = [acme]
    elif fate == "trashed":
        operations.move_to_trash(article=article)
    else:
        Article.objects.filter(pk=article.pk).update(visibility="internal")
    for person in readers:
        assert told(person, articles) == set(), person.user
        for each in files:
            for more in ({}, {"HTTP_IF_NONE_MATCH": tags[each]}, {"HTTP_RANGE": "bytes=0-3"}):
                assert person.browser.get(each, **more).status_code in (401, 404), each
            assert send(person, "get", each).status_code == 404, each
        for each in ("/articles/acme/zebra-printer", "/go/acme/Zebra%20printer",
                     "/articles/acme/zebra-printer/print", f"/articles/{article.pk}"):  # fmt: skip
            assert person.browser.get(each).status_code == 404, each


def test_a_client_does_not_learn_who_is_writing_nor_what_could_be_linked(
    articles, technician, acme
):
    heartbeat(article=articles["acme"], by=technician.user)
    for address, code in (
        ("/articles/acme/zebra-printer/presence", 403),
        ("/articles/acme/zebra-firewall/presence", 404),
    ):  # fmt: skip
        answer = acme.browser.post(address)
        assert answer.status_code == code
        assert b"Theo" not in answer.content
    for kind in ("article", "company"):
        answer = acme.browser.get(f"/spaces/acme/complete?q=zebra&kind={kind}")
        assert answer.status_code == 403
        assert b"firewall" not in answer.content


@pytest.mark.parametrize(
    "query",
    ["fields=owner", "fields=changed_by", "fields=source", "ordering=owner", "ordering=-deleted_at",
     "ordering=source", "visibility=internal", "owner=x", "author=x", "space__name=x",
     "parent__title=Zebra", "deleted_at__isnull=false"],
)  # fmt: skip
def test_no_parameter_of_the_api_asks_for_what_is_the_staffs(articles, acme, query):
    answer = send(acme, "get", f"/api/articles/?{query}")
    assert answer.status_code == 400
    assert "Zebra" not in answer.content.decode().replace("parent__title", "")


def test_an_article_below_one_of_the_staffs_stands_at_the_top_for_its_client(
    articles, technician, acme, acme_space
):
    hidden = articles["acme_internal"]
    child = write(acme_space, technician, "Leaf", "Zebra", visibility="client", parent_id=hidden.pk)
    write(
        acme_space, technician, "Twig", "Zebra", visibility="client",
        parent_id=articles["acme"].pk,
    )  # fmt: skip
    lists = (
        "/api/articles/", "/api/search/?q=zebra", f"/api/companies/{ACME}/articles/",
    )  # fmt: skip
    for person, leaf in ((acme, None), (technician, str(hidden.pk))):
        for address in lists:
            rows = send(person, "get", address).json()
            above = {
                row["name"]: row["parent"]
                for row in (rows["results"] if isinstance(rows, dict) else rows)
            }
            assert above["Leaf"] == leaf, (person.user, address)
            assert above["Twig"] == str(articles["acme"].pk), (person.user, address)
        assert send(person, "get", f"/api/articles/{child.pk}/").json()["parent"] == leaf
    for person, names in ((acme, []), (technician, ["Leaf"])):
        rows = send(person, "get", f"/api/articles/?parent={hidden.pk}").json()["results"]
        assert [row["name"] for row in rows] == names
    rows = send(acme, "get", f"/api/articles/?parent={articles['acme'].pk}").json()["results"]
    assert [row["name"] for row in rows] == ["Twig"]


def test_the_trash_shows_what_went_there_last_first(articles, technician, acme_space):
    write(acme_space, technician, "Written first", "Text.")
    late = Article.objects.get(title="Written first")
    write(acme_space, technician, "Written last", "Text.")
    operations.move_to_trash(article=Article.objects.get(title="Written last"))
    operations.move_to_trash(article=late)
    page = technician.browser.get("/spaces/acme/trash").content.decode()
    assert page.index("Written first") < page.index("Written last") < page.index("Zebra gone")
    assert "Deleted" in page
