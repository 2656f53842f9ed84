"""Who reads what: every level, and the outsider on every address with another company's ids."""

from __future__ import annotations

import pytest
from django.urls import reverse

from archive.articles.models import Article

EVERYTHING = {
    "acme", "acme_internal", "shared", "shared_internal", "internal", "internal_open",
}  # fmt: skip
READS = {
    "admin": EVERYTHING | {"acme_trashed"},
    "technician": EVERYTHING | {"acme_trashed"},
    "billing": EVERYTHING | {"acme_trashed"},
    "acme": {"acme", "shared"},
    "globex": {"shared"},
}
OF_AN_ARTICLE = {
    "article": ("get", "archive.open"),
    "article-by-id": ("get", "archive.open"),
    "article-edit": ("get", "archive.write"),
    "article-star": ("post", "archive.open"),
    "article-move": ("get", "archive.write"),
    "article-delete": ("post", "archive.write"),
    "article-undelete": ("post", "archive.write"),
    "article-delete-for-good": ("get", "archive.manage"),
    "article-files": ("get", "archive.write"),
    "article-print": ("get", "archive.open"),
    "article-html": ("get", "archive.open"),
    "article-export": ("get", "archive.internal"),
    "article-reviewed": ("get", "archive.write"),
    "article-vote": ("post", "archive.open"),
    "article-watch": ("post", "archive.open"),
    "comment-new": ("get", "archive.open"),
    "draft-discard": ("post", "archive.write"),
    "presence": ("post", "archive.write"),
    "history": ("get", "archive.internal"),
    "compare": ("get", "archive.internal"),
    "revision-restore": ("post", "archive.write"),
}
OF_A_SPACE = {
    "space": "archive.open", "trash": "archive.write", "article-new": "archive.write",
    "space-change": "archive.write", "space-delete": "archive.write",
    "space-arrange": "archive.write", "space-import": "archive.write",
}  # fmt: skip
MAY = {
    "archive.open": {"admin", "technician", "billing", "acme", "globex"},
    "archive.internal": {"admin", "technician", "billing"},
    "archive.write": {"admin", "technician"},
    "archive.manage": {"admin"},
}


def ask(browser, name, article):
    method, _ = OF_AN_ARTICLE[name]
    if name == "article-by-id":
        return browser.get(reverse(name, args=[article.pk]))
    more = [1] if name == "revision-restore" else []
    address = reverse(name, args=[article.space.slug, article.slug, *more])
    return getattr(browser, method)(address + ("?old=1&new=1" if name == "compare" else ""))


@pytest.mark.parametrize("name", OF_AN_ARTICLE)
@pytest.mark.parametrize("who", READS)
def test_every_page_of_an_article_is_there_for_its_readers_only(request, articles, who, name):
    browser = request.getfixturevalue(who).browser
    for key, article in articles.items():
        answer = ask(browser, name, article)
        if key not in READS[who]:
            assert answer.status_code == 404, key
        elif who not in MAY[OF_AN_ARTICLE[name][1]]:
            assert answer.status_code == 403, key
        else:
            assert answer.status_code in (200, 302), key


@pytest.mark.parametrize("name", OF_A_SPACE)
@pytest.mark.parametrize("who", READS)
def test_a_space_is_there_for_its_readers_only(request, internal, shared, acme_space, who, name):
    browser = request.getfixturevalue(who).browser
    for space in (internal, shared, acme_space):
        answer = browser.get(reverse(name, args=[space.slug]))
        staff = who in MAY["archive.internal"]
        known = staff or space == shared or (space == acme_space and who == "acme")
        allowed = who in MAY[OF_A_SPACE[name]]
        assert answer.status_code == (404 if not known else 200 if allowed else 403), space


@pytest.mark.parametrize("who", READS)
@pytest.mark.parametrize(
    "address", ["/", "/recent", "/search?q=zebra", "/search?q=zebre", "/feed.atom"]
)
def test_lists_and_search_show_what_one_may_read_and_no_title_more(request, articles, who, address):
    page = request.getfixturevalue(who).browser.get(address).content.decode()
    for key, article in articles.items():
        assert (article.title in page) == (key in READS[who] - {"acme_trashed"}), key


@pytest.mark.parametrize("who", READS)
@pytest.mark.parametrize("address", ["/feed.atom", "/subscribe"])
def test_the_feed_of_a_space_is_there_for_its_readers_only(
    request, internal, shared, acme_space, who, address
):
    browser = request.getfixturevalue(who).browser
    staff = who in MAY["archive.internal"]
    for space in (internal, shared, acme_space):
        known = staff or space == shared or (space == acme_space and who == "acme")
        answer = browser.get(address, {"space": space.slug})
        assert answer.status_code == (200 if known else 404), space


@pytest.mark.parametrize("who", ["acme", "globex"])
def test_a_client_learns_no_name_of_the_staff(request, articles, who):
    browser = request.getfixturevalue(who).browser
    for address in ("/", "/recent", "/articles/help/zebra-basics", "/feed.atom"):
        assert "Theo" not in browser.get(address).content.decode(), address


@pytest.mark.parametrize("who", ["acme", "globex"])
def test_no_post_of_a_client_changes_anything(request, articles, who):
    before = list(Article.objects.order_by("id").values())
    browser = request.getfixturevalue(who).browser
    typed = {"title": "Mine", "source": "x", "visibility": "client", "version": "1"}
    for article in articles.values():
        for name in ("article-edit", "article-delete", "article-undelete"):
            answer = browser.post(reverse(name, args=[article.space.slug, article.slug]), typed)
            assert answer.status_code in (403, 404)
        answer = browser.post(reverse("article-new", args=[article.space.slug]), typed)
        assert answer.status_code in (403, 404)
    assert list(Article.objects.order_by("id").values()) == before


def test_a_client_without_a_company_reads_shared_articles_only(articles, acme):
    acme.user.company_id = None
    assert list(Article.objects.visible_to(acme.user)) == [articles["shared"]]


@pytest.mark.parametrize(
    "address",
    ["/", "/recent", "/search?q=zebra", "/spaces/acme", "/articles/acme/zebra-printer",
     "/articles/acme/zebra-printer/edit", "/articles/acme/zebra-printer/history",
     "/articles/acme/zebra-printer/compare?old=1&new=1"],
)  # fmt: skip
def test_pages_cost_few_queries(articles, technician, address, django_assert_max_num_queries):
    most = {
        "/": 4, "/search?q=zebra": 7, "/articles/acme/zebra-printer": 4,
        "/articles/acme/zebra-printer/edit": 5, "/spaces/acme": 4,
    }.get(address, 3)  # fmt: skip
    with django_assert_max_num_queries(most):
        assert technician.browser.get(address).status_code == 200
