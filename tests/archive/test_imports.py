"""The pages of an import: sent once, looked at, done by the worker, its report kept."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from archive.articles.models import Article, Revision
from archive.articles.operations import Draft, save
from archive.attachments.models import Attachment
from archive.attachments.storing import storage
from archive.exchange import files, importing, operations, running, tasks
from archive.exchange.models import Import, State
from tests.archive.attacks import words
from tests.archive.conftest import PNG, write
from tests.archive.test_exchange import packed

MANY = {f"a{number}.md": b"# A%d\nText ![p](p.png)" % number for number in range(25)}
MANY["p.png"] = PNG


@pytest.fixture(autouse=True)
def nothing_staged():
    for name in staged():
        storage().delete(f"imports/{name}")


def asked():
    """What waits for the worker."""
    return DBTaskResult.objects.filter(status="READY", task_path__endswith="perform_import")


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """Do what waits for the worker, with the function it calls."""

    def do():
        for each in asked().order_by("enqueued_at"):
            DBTaskResult.objects.filter(pk=each.pk).update(status="SUCCESSFUL")
            with django_capture_on_commit_callbacks(execute=True):
                tasks.perform_import.call(*each.args_kwargs["args"])

    return do


@pytest.fixture
def send(django_capture_on_commit_callbacks):
    """Send a file or press a button; gives the answer after the commit."""

    def post(person, name, *arguments, **body):
        with django_capture_on_commit_callbacks(execute=True):
            return person.browser.post(reverse(name, args=arguments), body)

    return post


@pytest.fixture
def sent(send, acme_space, technician):
    """Send a file to Acme's space; gives its import, small or for the worker."""

    def upload(content, name="a.zip", person=technician, space=acme_space):
        file = SimpleUploadedFile(name, content)
        answer = send(person, "space-import", space.slug, file=file)
        assert answer.status_code == 302, answer.content.decode()
        return Import.objects.get(pk=answer["Location"].split("/")[-1])

    return upload


def page_of(person, found, **query):
    return person.browser.get(reverse("import", args=[found.pk]), query).content.decode()


def staged():
    try:
        return storage().listdir("imports")[1]
    except FileNotFoundError:
        return []


def test_a_small_file_is_looked_at_and_imported_without_waiting(technician, sent, send):
    found = sent(packed(**{"a.md": b"# VPN\nText", "b.txt": b"x"}))
    page = page_of(technician, found)
    assert "Nothing is saved yet" in page
    assert re.search(r"a\.md</td>\s*<td class=\"text-nowrap\" data-label=\"Result\">New", page)
    assert "no article links to it" in page
    assert not Article.objects.exists()
    assert staged() == [str(found.pk)]
    send(technician, "import-begin", found.pk)
    page = page_of(technician, found)
    assert "Imported" in page
    assert "Open the space" in page
    assert Article.objects.get().title == "VPN"
    assert not asked().exists()
    assert staged() == []


def test_a_document_alone_is_imported_too(technician, sent, send):
    found = sent(b"# How to call", "How.md")
    send(technician, "import-begin", found.pk)
    assert Article.objects.get().title == "How to call"


def test_a_large_file_is_the_workers_and_the_page_tells_how_far_it_is(
    technician, sent, send, work, monkeypatch
):
    monkeypatch.setattr(running, "EVERY", 0)
    found = sent(packed(**MANY))
    address = reverse("import-progress", args=[found.pk])
    page = page_of(technician, found)
    assert "as soon as the worker is free" in page
    assert f'hx-get="{address}"' in page
    assert f'<noscript><p><a href="/imports/{found.pk}">' in page
    work()
    assert technician.browser.get(address)["HX-Refresh"] == "true"
    assert "Nothing is saved yet" in page_of(technician, found)
    assert not Article.objects.exists()
    told, one = [], importing._Writing.one

    def watched(self, document):
        told.append(technician.browser.get(address).content.decode())
        return one(self, document)

    monkeypatch.setattr(importing._Writing, "one", watched)
    send(technician, "import-begin", found.pk)
    work()
    assert "Importing article 1 of 25" in told[0]
    assert "a0.md" in told[0]
    assert "Importing article 25 of 25" in told[-1]
    found.refresh_from_db()
    assert (found.state, found.counts) == (State.DONE, {"new": 25, "attached": 1})
    assert "noscript" not in page_of(technician, found)


def test_it_says_in_plain_words_that_no_worker_takes_it_up(technician, sent, work):
    found = sent(packed(**MANY))
    with time_machine.travel(timezone.now() + timedelta(seconds=20)):
        assert "has to start the worker" in page_of(technician, found)
    work()
    assert "has to start the worker" not in page_of(technician, found)


def killed_at(monkeypatch, number):
    """Let the process end in the midst of an article, as by SIGKILL."""
    one, count = importing.operations.create, [0]

    def create(**more):
        made = one(**more)
        count[0] += 1
        if count[0] == number:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(importing.operations, "create", create)


def test_after_a_killed_worker_it_goes_on_without_duplicates(
    technician, sent, send, work, monkeypatch
):
    found = sent(packed(**MANY))
    work()
    send(technician, "import-begin", found.pk)
    with monkeypatch.context() as patch:
        killed_at(patch, 11)
        with pytest.raises(KeyboardInterrupt):
            work()
    assert Article.objects.count() == 10
    assert "Start again" not in page_of(technician, found)  # perhaps it is only slow
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        page = page_of(technician, found)
        assert "It was interrupted at article 1 of 25" in page
        assert "Start again" in page
        send(technician, "import-begin", found.pk)
        work()
    found.refresh_from_db()
    assert (found.state, found.counts["unchanged"], found.counts["new"]) == (State.DONE, 10, 15)
    assert Article.objects.count() == Revision.objects.count() == 25
    assert Attachment.objects.filter(article__isnull=False).count() == 25


def test_a_worker_that_was_only_slow_leaves_it_to_the_one_that_took_over(
    technician, sent, send, work, monkeypatch
):
    found = sent(packed(**MANY))
    work()
    send(technician, "import-begin", found.pk)
    before, count = importing._Writing.transaction, itertools.count()

    def slow(self):
        if next(count) == 10:
            with time_machine.travel(timezone.now() + timedelta(minutes=2)):
                operations.begin(found=found, by=technician.user)
                running.perform(found.pk)
        return before(self)

    monkeypatch.setattr(importing._Writing, "transaction", slow)
    work()
    found.refresh_from_db()
    assert found.state == State.DONE
    assert sum(found.counts.values()) == found.report.count() == 26
    assert Article.objects.count() == Revision.objects.count() == 25


def test_what_changed_since_the_preview_is_seen_again(technician, sent, send, acme_space):
    found = sent(packed(**{"a.md": b"# VPN\nNew text", "b.md": b"# Gone"}))
    article = write(acme_space, technician, "VPN", "Old text")
    save(article=article, draft=Draft(title="VPN", source="Older"), expected_version=1,
         by=technician.user)  # fmt: skip
    send(technician, "import-begin", found.pk)
    assert {row.path: row.result for row in found.report.all()} == {
        "a.md": "changed", "b.md": "new",
    }  # fmt: skip
    assert Article.objects.get(title="VPN").version == 3


def test_of_two_imports_into_a_space_one_waits_for_the_other(
    technician, colleague, sent, send, work
):
    first, second = sent(packed(**MANY)), sent(packed(**MANY), person=colleague)
    work()
    send(technician, "import-begin", first.pk)
    send(colleague, "import-begin", second.pk)
    assert "Another import into this space is running" in page_of(colleague, second)
    body = {"file": SimpleUploadedFile("c.md", b"# C"), "later": "true"}
    refused = technician.browser.post(f"/api/spaces/{first.space_id}/import/", body)
    assert (refused.status_code, len(staged())) == (409, 2)
    work()
    send(colleague, "import-begin", second.pk)
    work()
    second.refresh_from_db()
    assert second.counts == {"unchanged": 26}
    assert {row.author_name for row in Revision.objects.all()} == {"Theo"}
    with pytest.raises(IntegrityError, match="import_one_at_a_time"), transaction.atomic():
        Import.objects.update(state=State.IMPORTING, finished_at=None)


def test_an_import_whose_worker_is_gone_holds_nobody_up(
    technician, colleague, sent, send, work, monkeypatch
):
    first, second = sent(packed(**MANY)), sent(packed(**{"b.md": b"# B"}), person=colleague)
    work()
    send(technician, "import-begin", first.pk)
    with monkeypatch.context() as patch:
        killed_at(patch, 3)
        with pytest.raises(KeyboardInterrupt):
            work()
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        send(colleague, "import-begin", second.pk)
    second.refresh_from_db()
    assert second.state == State.DONE
    assert "It was interrupted." in page_of(technician, first)
    send(technician, "import-begin", first.pk)
    work()
    assert Article.objects.count() == Revision.objects.count() == 26


def test_one_may_discard_it_or_stop_it(technician, sent, send, work, monkeypatch):
    found = sent(packed(**MANY))
    assert "was discarded" in technician.browser.get(
        send(technician, "import-cancel", found.pk)["Location"]
    ).content.decode()  # fmt: skip
    assert staged() == []
    work()  # finds nothing to do
    assert not Import.objects.exists()
    found = sent(packed(**MANY))
    work()
    send(technician, "import-begin", found.pk)
    before, count = importing._Writing.transaction, itertools.count()

    def stopping(self):
        if next(count) == 10:
            send(technician, "import-cancel", found.pk)
        return before(self)

    with monkeypatch.context() as patch:
        patch.setattr(importing._Writing, "transaction", stopping)
        work()
    page = page_of(technician, found)
    assert "Theo stopped it. What was imported by then stays." in page
    assert Article.objects.count() == 10
    send(technician, "import-begin", found.pk)
    work()
    assert Article.objects.count() == Revision.objects.count() == 25
    send(technician, "import-cancel", found.pk)
    assert "It is finished already." in page_of(technician, found)


def test_what_cannot_be_read_is_said_on_the_form(technician, send, acme_space, monkeypatch):
    def refused(content, name="a.zip"):
        answer = send(technician, "space-import", "acme", file=SimpleUploadedFile(name, content))
        assert answer.status_code == 200
        return answer.content.decode()

    assert "not a ZIP" in refused(b"no")
    assert "Only a ZIP, or one Markdown, HTML or DOCX" in refused(b"no", "picture.png")
    monkeypatch.setattr(files, "MOST_BYTES", 1000)
    assert "larger than 100 MiB together" in refused(packed(a=b"\0" * 2000))
    monkeypatch.setattr(files, "MOST_OF_ONE", 10)
    assert "larger than 20 MiB" in refused(b"# Much text", "a.md")
    assert not Import.objects.exists()
    assert staged() == []


def test_what_the_worker_refuses_is_said_on_the_page(technician, sent, monkeypatch):
    monkeypatch.setattr("archive.exchange.planning.MOST_BYTES", 10)
    page = b"<h1>X</h1><img src='data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB'>"
    found = sent(packed(**{"x.html": page}))
    assert "larger than 100 MiB together" in page_of(technician, found)
    assert Import.objects.get().state == State.STOPPED


def test_paths_that_lead_outside_are_in_the_report(technician, sent):
    found = sent(packed(**{"../x.md": b"# X", "ok.md": b"# OK"}))
    page = page_of(technician, found, show="problems")
    assert "../x.md" in page
    assert "its path leads outside" in page
    assert "ok.md" not in page


def test_names_of_files_are_text(technician, sent, send):
    names = {f"{text.replace('/', '')}.md": b"# X" for text in words(150, 60) if text.isprintable()}
    assert len(names) > 20
    found = sent(packed(**names), "<img src=x onerror=alert(1)>.zip")
    operations.running.perform(found.pk)
    for page in (
        page_of(technician, found),
        technician.browser.get(reverse("space-import", args=["acme"])).content.decode(),
    ):
        body = page.partition("<main")[2]
        assert not re.search(
            r"<(script|img|svg|iframe)[^>]*(on\w+=|src=x|alert)", body, re.IGNORECASE
        )
    assert "&lt;" in page_of(technician, found)


def test_staged_files_go_after_a_day_and_reports_after_ninety(technician, sent, send):
    left = sent(packed(**{"a.md": b"# A"}))
    done = sent(packed(**{"b.md": b"# B"}))
    send(technician, "import-begin", done.pk)
    call_command("clean_attachments")
    assert staged() == [str(left.pk)]
    Import.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert "waited for a day and is gone" in page_of(technician, left)
    send(technician, "import-begin", left.pk)
    assert "no longer there" in page_of(technician, left)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        call_command("clean_attachments")
    assert staged() == []
    assert list(Import.objects.all()) == [done]
    page = technician.browser.get(reverse("space-import", args=["acme"])).content.decode()
    assert "1 new" in page
    assert "Theo" in page
    with time_machine.travel(timezone.now() + timedelta(days=91)):
        call_command("clean_attachments")
    assert not Import.objects.exists()


def test_a_file_that_is_lost_is_said_and_no_error(technician, sent, send):
    found = sent(packed(**{"a.md": b"# A"}))
    storage().delete(f"imports/{found.pk}")
    send(technician, "import-begin", found.pk)
    assert "Upload it again" in page_of(technician, found)


def test_a_long_report_has_pages_and_few_queries(
    technician, sent, work, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr("archive.exchange.import_views.FILES", 20)
    found = sent(packed(**MANY))
    work()
    with django_assert_max_num_queries(4):
        page = page_of(technician, found)
    assert page.count('data-label="Result"') == 20
    following = re.search(r'rel="next" href="([^"]+)"', page)[1].replace("&amp;", "&")
    page = technician.browser.get(reverse("import", args=[found.pk]) + following).content.decode()
    assert page.count('data-label="Result"') == 6
    with django_assert_max_num_queries(4):
        technician.browser.get(reverse("space-import", args=["acme"]))


@pytest.mark.parametrize(
    ("who", "status"),
    [("admin", 200), ("technician", 200), ("colleague", 200), ("billing", 404), ("acme", 404),
     ("globex", 404)],
)  # fmt: skip
def test_imports_are_of_those_who_write(request, sent, send, who, status):
    found = sent(packed(**{"a.md": b"# Zebra"}))
    person = request.getfixturevalue(who)
    for name in ("import", "import-progress"):
        assert person.browser.get(reverse(name, args=[found.pk])).status_code == status
    form = person.browser.get(reverse("space-import", args=["acme"])).status_code
    assert form == (200 if status == 200 else 404 if who == "globex" else 403)
    wanted = 302 if status == 200 else 404
    assert send(person, "import-begin", found.pk).status_code == wanted
    assert send(person, "import-cancel", found.pk).status_code == wanted
    assert Article.objects.exists() == (status == 200)


def test_a_program_imports_later_and_asks_how_far_it_is(
    technician, billing, acme_space, work, django_capture_on_commit_callbacks
):
    def post(path, **body):
        with django_capture_on_commit_callbacks(execute=True):
            return technician.browser.post(path, body)

    path = f"/api/spaces/{acme_space.pk}/import/"
    answer = post(path, file=SimpleUploadedFile("a.zip", packed(**MANY)), later="true", dry="true")
    assert answer.status_code == 202
    address = answer["Location"]
    assert (answer.json()["state"], answer.json()["report"]) == ("checking", [])
    assert post(f"{address}begin/").status_code == 409
    work()
    checked = technician.browser.get(address).json()
    assert (checked["state"], checked["counts"]) == ("checked", {"new": 25, "attached": 1})
    assert checked["report"][0] == {"path": "a0.md", "done": "new", "why": "", "files": 1}
    assert post(f"{address}begin/").status_code == 202
    work()
    assert technician.browser.get(address).json()["state"] == "done"
    assert Article.objects.count() == 25
    straight = post(path, file=SimpleUploadedFile("b.md", b"# B"), later="true").json()
    assert (straight["state"], straight["by"], straight["counts"]) == ("done", "Theo", {"new": 1})
    rows = technician.browser.get("/api/imports/", {"space": acme_space.pk}).json()["results"]
    assert {row["name"] for row in rows} == {"a.zip", "b.md"}
    assert billing.browser.get(address).status_code == 403
    left = post(path, file=SimpleUploadedFile("c.md", b"# C"), later="true", dry="true")["Location"]
    assert post(f"{left}cancel/").status_code == 204
    assert technician.browser.get(left).status_code == 404
