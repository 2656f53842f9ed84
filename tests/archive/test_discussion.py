"""Comments and who reads them, watching with mail, votes, reviews."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from smtplib import SMTPRecipientsRefused
from unittest.mock import Mock

import pytest
from django.apps import apps
from django.core import mail
from django.core.mail.backends import locmem
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from archive.articles import operations as article_operations
from archive.articles.models import Article
from archive.articles.operations import Draft
from archive.discussion import digests, operations
from archive.discussion.models import Comment, Digest, Vote, Watch
from hm_auth import nexus
from hm_auth.answers import Answer
from hm_auth.exceptions import NexusUnavailable
from tests.archive.conftest import GLOBEX

PRINTER = "/articles/acme/zebra-printer"
BASICS = "/articles/help/zebra-basics"


def say(person, address: str, text: str, **more: object):
    return person.browser.post(address + "/comment", {"text": text, **more})


def page(person, address: str) -> str:
    return person.browser.get(address).content.decode()


def test_staff_and_clients_talk_below_an_article(articles, technician, acme):
    say(acme, PRINTER, "Which toner?")
    thread = Comment.objects.get()
    say(technician, PRINTER, "The black one.", thread=str(thread.pk))
    read = page(acme, PRINTER)
    assert "Which toner?" in read
    assert "The black one." in read
    assert "Our staff" in read
    assert "Theo" not in read
    assert "<bdi>Zoë Client</bdi>" in page(technician, PRINTER)


def test_what_is_for_the_staff_only_no_client_reads(articles, technician, billing, acme):
    say(technician, PRINTER, "Their router is ancient.", internal="on")
    assert "ancient" not in page(acme, PRINTER)
    assert "ancient" in page(billing, PRINTER)
    thread = Comment.objects.get()
    assert say(acme, PRINTER, "What?", thread=str(thread.pk)).status_code == 404
    # An answer is for the readers of its thread, whatever is asked for.
    say(billing, PRINTER, "Very ancient.", thread=str(thread.pk))
    assert "ancient" not in page(acme, PRINTER)


def test_on_an_article_for_all_clients_no_company_reads_another(articles, technician, acme, globex):
    say(acme, BASICS, "Our VPN name is secret-acme")
    thread = Comment.objects.get()
    say(technician, BASICS, "Use vpn-acme then", thread=str(thread.pk))
    say(technician, BASICS, "Note to everybody")
    assert "secret-acme" in page(acme, BASICS)
    assert "vpn-acme" in page(acme, BASICS)
    other = page(globex, BASICS)
    assert "acme" not in other.replace("/articles/", "").lower()
    assert "Note to everybody" in other
    for name in ("comment-edit", "comment-delete"):
        assert globex.browser.get(reverse(name, args=[thread.pk])).status_code == 404
    assert globex.browser.post(reverse("comment-resolve", args=[thread.pk])).status_code == 404
    assert say(globex, BASICS, "Me too", thread=str(thread.pk)).status_code == 404


def test_what_was_said_to_a_company_stays_with_it_when_the_article_moves(
    articles, technician, acme, globex, shared
):
    say(technician, PRINTER, "Ask Bob of Acme")
    article_operations.move(article=articles["acme"], space=shared)
    Article.objects.filter(pk=articles["acme"].pk).update(visibility="client")
    assert "Ask Bob" in page(acme, "/articles/help/zebra-printer")
    assert "Ask Bob" not in page(globex, "/articles/help/zebra-printer")


@pytest.mark.parametrize("key", ["acme", "acme_internal", "internal", "acme_trashed"])
def test_nobody_comments_where_they_cannot_read(articles, globex, key):
    article = articles[key]
    address = f"/articles/{article.space.slug}/{article.slug}"
    assert say(globex, address, "Hello").status_code == 404
    for name in ("article-watch", "article-vote"):
        assert (
            globex.browser.post(reverse(name, args=[article.space.slug, article.slug])).status_code
            == 404
        )
    assert not Comment.objects.exists()
    assert not Watch.objects.exists()
    assert not Vote.objects.exists()


def test_one_changes_and_deletes_ones_own(articles, technician, colleague, admin, acme):
    say(acme, PRINTER, "Wrnog")
    own = Comment.objects.get()
    edit, delete = (reverse(f"comment-{name}", args=[own.pk]) for name in ("edit", "delete"))
    for other in (technician, colleague, admin):
        assert other.browser.post(edit, {"text": "Mine"}).status_code == 403
    assert colleague.browser.post(delete).status_code == 403
    acme.browser.post(edit, {"text": "Wrong"})
    own.refresh_from_db()
    assert own.text == "Wrong"
    assert own.edited_at
    assert "Delete" in page(acme, delete)
    acme.browser.post(delete)
    assert not Comment.objects.exists()
    labels = apps.get_model("discussion", "CommentEvent").objects.order_by("pgh_id")
    assert [row.pgh_label for row in labels] == ["insert", "update", "delete"]


def test_an_administrator_removes_what_others_said_but_no_answered_comment(articles, admin, acme):
    say(acme, PRINTER, "Spam")
    spam = Comment.objects.get()
    say(admin, PRINTER, "Please do not", thread=str(spam.pk))
    delete = reverse("comment-delete", args=[spam.pk])
    admin.browser.post(delete)
    assert Comment.objects.filter(pk=spam.pk).exists()
    answer = Comment.objects.exclude(pk=spam.pk).get()
    admin.browser.post(reverse("comment-delete", args=[answer.pk]))
    admin.browser.post(delete)
    assert not Comment.objects.exists()


def test_a_settled_thread_says_so_and_opens_again(articles, technician, acme, billing):
    say(acme, PRINTER, "Which toner?")
    address = reverse("comment-resolve", args=[Comment.objects.get().pk])
    assert billing.browser.post(address, {"done": "1"}).status_code == 403
    technician.browser.post(address, {"done": "1"})
    assert "Settled" in page(acme, PRINTER)
    assert "Theo" not in page(acme, PRINTER)
    acme.browser.post(address, {"done": "0"})
    assert "Settled" not in page(acme, PRINTER)


def test_a_refused_comment_keeps_what_was_typed(articles, acme):
    answer = say(acme, PRINTER, "word " * 1001)
    assert answer.status_code == 200
    assert "word word" in answer.content.decode()
    assert say(acme, PRINTER, " ").status_code == 200
    acme.user.company_id = None
    with pytest.raises(operations.NotPossible):
        operations.comment(article=articles["shared"], text="x", by=acme.user)
    assert not Comment.objects.exists()


def test_answers_hang_below_the_first_comment_only(articles, technician):
    say(technician, PRINTER, "One")
    first = Comment.objects.get()
    say(technician, PRINTER, "Two", thread=str(first.pk))
    second = Comment.objects.exclude(pk=first.pk).get()
    say(technician, PRINTER, "Three", thread=str(second.pk))
    say(technician, BASICS, "Elsewhere", thread=str(first.pk))
    assert Comment.objects.count() == 2
    for wrong in ("x", str(uuid.uuid4()), "\x00"):
        assert say(technician, PRINTER, "Odd", thread=wrong).status_code == 404


def test_the_database_holds_what_a_comment_must_be(articles, technician):
    say(technician, PRINTER, "One")
    for wrong in (
        {"text": ""},
        {"by_staff": False, "company_id": None},
        {"by_staff": False, "company_id": GLOBEX, "internal": True},
    ):
        with pytest.raises(IntegrityError, match="comment_"), transaction.atomic():
            Comment.objects.update(**wrong)


def test_was_this_helpful_counts_for_the_staff_and_once_a_person(
    articles, technician, acme, billing
):
    for who, helpful in ((acme, "1"), (billing, "0"), (billing, "1"), (technician, "0")):
        who.browser.post(PRINTER + "/helpful", {"helpful": helpful})
    assert "It helped 2 of 3." in page(technician, PRINTER)
    assert "It helped" not in page(acme, PRINTER)
    assert 'value="1" aria-pressed="true"' in page(acme, PRINTER)


@pytest.fixture
def people(monkeypatch, technician, colleague, acme, globex):
    """Nexus, as it knows the people now; a test may change them."""
    rows = {
        str(each.user.pk): {
            "id": str(each.user.pk), "username": each.user.username, "full_name": str(each.user),
            "email": f"{number}@example.com", "is_active": True,
            "permission_level": each.user.permission_level,
            "company": str(each.user.company_id) if each.user.company_id else None,
        }
        for number, each in enumerate((technician, colleague, acme, globex))
    }  # fmt: skip

    def get(path, params, **_options):
        assert path == "/api/users/"
        wanted = params["id__in"].split(",")
        return Answer({"next": None, "results": [rows[key] for key in wanted if key in rows]}, 0.0)

    monkeypatch.setattr(nexus.client, "get", get)
    return {each: rows[str(each.user.pk)] for each in (technician, colleague, acme, globex)}


def send(after: timedelta = timedelta(days=1)) -> list[mail.EmailMessage]:
    before = len(mail.outbox)
    digests.send_due(now=timezone.now() + after, caller=None)
    return mail.outbox[before:]


def change(article: Article, by, words: str = "New", visibility: str = "client") -> None:
    article = Article.objects.select_related("space").get(pk=article.pk)
    draft = Draft(title=article.title, source=words, visibility=visibility)
    article_operations.save(
        article=article, draft=draft, expected_version=article.version, by=by.user
    )


def test_who_watches_hears_once_what_others_did(articles, people, technician, colleague, acme):
    technician.browser.post(PRINTER + "/watch", {"on": "1"})
    acme.browser.post("/spaces/acme/watch", {"on": "1"})
    change(articles["acme"], colleague)
    change(articles["acme_internal"], colleague, visibility="internal")
    say(technician, PRINTER, "Black toner only")
    say(technician, PRINTER, "Old router", internal="on")
    mails = {message.to[0]: message.body for message in send()}
    assert set(mails) == {"0@example.com", "2@example.com"}
    assert "Zebra printer (Acme, by Mira)" in mails["0@example.com"]
    assert "toner" not in mails["0@example.com"]  # one's own words are no news
    read = mails["2@example.com"]
    assert "Our staff on Zebra printer: Black toner only" in read
    assert "http://127.0.0.1:5003/articles/acme/zebra-printer" in read
    for hidden in ("Mira", "Theo", "router", "firewall"):
        assert hidden not in read
    assert send() == []


def test_mail_that_the_server_refuses_waits_for_the_next_run(
    articles, people, technician, colleague, settings, monkeypatch
):
    monkeypatch.setattr(nexus.client, "service_caller", lambda: None)
    technician.browser.post(PRINTER + "/watch", {"on": "1"})
    Digest.objects.update(told_until=timezone.now() - timedelta(days=2))
    change(articles["acme"], colleague)
    settings.EMAIL_BACKEND, good = "tests.archive.test_discussion.Broken", settings.EMAIL_BACKEND
    with pytest.raises(CommandError, match=r"^The mail server does not take them \(no route\)"):
        call_command("send_digests")
    settings.EMAIL_BACKEND = good
    assert [message.to for message in send()] == [["0@example.com"]]


def test_an_address_that_is_refused_keeps_nobody_waiting(
    articles, people, technician, colleague, acme, settings, caplog
):
    for who in (technician, acme):
        who.browser.post(PRINTER + "/watch", {"on": "1"})
    change(articles["acme"], colleague)
    settings.EMAIL_BACKEND = "tests.archive.test_discussion.Picky"
    assert [message.to for message in send()] == [["2@example.com"]]
    assert "0@example.com" in caplog.text
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert [message.to for message in send()] == [["0@example.com"]]


class Broken(locmem.EmailBackend):
    def send_messages(self, messages):
        raise OSError("no route")


class Picky(locmem.EmailBackend):
    def send_messages(self, messages):
        if messages[0].to == ["0@example.com"]:
            raise SMTPRecipientsRefused({"0@example.com": (550, b"unknown")})
        return super().send_messages(messages)


def test_what_is_closed_before_the_mail_goes_out_is_not_in_it(
    articles, people, technician, colleague, acme, globex
):
    for who, address in ((acme, PRINTER), (globex, BASICS), (acme, BASICS)):
        who.browser.post(address + "/watch", {"on": "1"})
    change(articles["acme"], colleague)
    change(articles["shared"], colleague)
    change(articles["acme"], technician, "Internal now", visibility="internal")
    people[globex]["is_active"] = False
    assert [message.to for message in send()] == [["2@example.com"]]
    assert "Zebra printer" not in mail.outbox[-1].body


def test_who_went_to_another_company_hears_nothing_of_the_old_one(
    articles, people, colleague, acme
):
    acme.browser.post("/spaces/acme/watch", {"on": "1"})
    change(articles["acme"], colleague)
    people[acme]["company"] = str(GLOBEX)
    assert send() == []


def test_mail_comes_as_often_as_chosen(articles, people, colleague, acme):
    acme.browser.post(PRINTER + "/watch", {"on": "1"})
    change(articles["acme"], colleague)
    assert send(timedelta(hours=2)) == []
    acme.browser.post("/watching", {"frequency": "hourly"})
    change(articles["acme"], colleague, "Newer")
    assert len(send(timedelta(hours=1))) == 1
    acme.browser.post("/watching", {"frequency": "never"})
    change(articles["acme"], colleague, "Newest")
    assert send(timedelta(days=30)) == []
    acme.browser.post(PRINTER + "/watch", {"on": "0"})
    assert not Watch.objects.exists()


def test_when_nexus_or_the_mail_server_is_away_nothing_counts_as_sent(
    articles, people, colleague, acme, monkeypatch
):
    acme.browser.post(PRINTER + "/watch", {"on": "1"})
    change(articles["acme"], colleague)
    before = Digest.objects.get().told_until
    old = Answer({"results": []}, 0.0, stale=True)
    refused = Mock(side_effect=OSError("refused"))
    for where, name, value, error in (
        (mail.EmailMessage, "send", refused, OSError),
        (nexus.client, "get", lambda *_a, **_k: old, NexusUnavailable),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, value)
            with pytest.raises(error):
                send()
    assert Digest.objects.get().told_until == before
    assert len(send()) == 1


def test_watching_lists_what_one_may_still_read(articles, technician, acme):
    acme.browser.post("/spaces/acme/watch", {"on": "1"})
    acme.browser.post(PRINTER + "/watch", {"on": "1"})
    acme.browser.post(BASICS + "/watch", {"on": "1"})
    assert "Unwatch" in page(acme, PRINTER)
    assert "Unwatch" in page(acme, "/spaces/acme")
    change(articles["acme"], technician, visibility="internal")
    listed = page(acme, "/watching")
    assert "Zebra basics" in listed
    assert "Zebra printer" not in listed
    with pytest.raises(IntegrityError, match="watch_of_one_thing"), transaction.atomic():
        Watch.objects.create(user_id=acme.user.pk)


def test_the_review_queue_shows_what_is_due_and_whose_it_is(
    articles, technician, colleague, billing, acme
):
    today = timezone.localdate()
    due = {
        "acme": today - timedelta(days=1),
        "shared": today + timedelta(days=29),
        "internal": today + timedelta(days=40),
    }
    for key, on in due.items():
        Article.objects.filter(pk=articles[key].pk).update(review_on=on)
    Article.objects.filter(pk=articles["shared"].pk).update(owner_id=colleague.user.pk)
    listed = page(billing, "/review")
    assert listed.index("Zebra printer") < listed.index("Zebra basics")
    assert "Overdue" in listed
    assert "Zebra handbook" not in listed
    assert "Zebra printer" not in page(colleague, "/review?mine=1")
    assert acme.browser.get("/review").status_code == 403


def test_a_review_is_of_the_text_that_was_read(articles, technician, colleague):
    form = {"version": "1", "again_on": "2030-05-01"}
    change(articles["acme"], colleague)
    answer = technician.browser.post(PRINTER + "/reviewed", form)
    assert "Read it once more" in answer.content.decode()
    form["version"] = "2"
    assert technician.browser.post(PRINTER + "/reviewed", form).url == "/review"
    article = Article.objects.get(pk=articles["acme"].pk)
    assert (article.review_on, article.version) == (date(2030, 5, 1), 2)
    event = apps.get_model("articles", "ArticleEvent").objects.latest("pgh_id")
    assert event.pgh_context.metadata["user"] == str(technician.user.pk)


def test_pages_cost_few_queries(articles, technician, acme, django_assert_max_num_queries):
    for number in range(4):
        say(acme, PRINTER, f"Question {number}")
    for address, most in ((PRINTER, 5), ("/watching", 5), ("/review", 2)):
        with django_assert_max_num_queries(most):
            assert technician.browser.get(address).status_code == 200
