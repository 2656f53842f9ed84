"""Mails with invoices: queued after the commit, sent at most once, and tried again."""

from __future__ import annotations

import smtplib
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from tests.treasury.people import ACME, GLOBEX, draft, issued
from tests.treasury.threads import at_once
from treasury.delivery import operations, sending
from treasury.delivery.models import Delivery, Kind, State
from treasury.delivery.rules import PAUSES, Meaning, meaning_of
from treasury.documents.operations import document
from treasury.invoices.models import Invoice, Status
from treasury.seller.models import Seller

pytestmark = pytest.mark.django_db
AP = "ap@acme.example"


@pytest.fixture
def seller(db) -> Seller:
    row, _ = Seller.objects.update_or_create(
        id=1,
        defaults={
            "name": "Northbridge IT", "email": "billing@northbridge.example", "accent": "#8250df",
        },
    )  # fmt: skip
    return row


@pytest.fixture
def ready(seller) -> Invoice:
    return issued(ACME)


def queued(invoice: Invoice, *to: str) -> Delivery:
    return operations.queue_invoice(invoice, to=to or (AP,), by=None)


def server(monkeypatch, *, opening: Exception | None = None, sending_: Exception | None = None):
    """A mail server that fails in this way."""

    class Failing(EmailBackend):
        def open(self) -> None:
            if opening:
                raise opening

        def send_messages(self, messages) -> int:
            if sending_:
                raise sending_
            return super().send_messages(messages)

    monkeypatch.setattr(sending, "get_connection", Failing)


def test_the_mail_has_the_invoice_and_comes_from_the_seller(ready):
    row = queued(ready, AP, "boss@acme.example", AP)
    assert sending.send_due() == 1
    (sent,) = mail.outbox
    assert sent.to == [AP, "boss@acme.example"]
    assert sent.subject == "Invoice INV-00001 from Northbridge IT"
    assert sent.from_email == "Northbridge IT <billing@northbridge.example>"
    assert sent.extra_headers["Message-ID"] == f"<{row.pk}@northbridge.example>"
    assert "comes to 110.70 EUR. Please pay it by 3 December 2025." in sent.body
    assert reverse("invoice", args=[ready.pk]) in sent.body
    (html, kind) = sent.alternatives[0]
    assert kind == "text/html"
    assert "#8250df" in html
    (name, content, kind) = sent.attachments[0]
    assert (name, kind) == ("INV-00001.pdf", "application/pdf")
    assert content == bytes(document(ready, "pdf").content)
    row.refresh_from_db()
    assert (row.state, row.attempts) == (State.SENT, 1)
    ready.refresh_from_db()
    assert ready.status == Status.SENT


def test_what_is_typed_is_text_and_no_header(ready, seller):
    Seller.objects.update(name="North\r\nBcc: evil@example.com")
    operations.queue_invoice(ready, to=[AP], by=None, body="<script>alert(1)</script>\n\nBye")
    sending.send_due()
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert "North Bcc" in message["Subject"].replace("  ", " ")
    assert "&lt;script&gt;" in mail.outbox[0].alternatives[0][0]


def test_the_worker_is_asked_after_the_commit_and_not_before(
    ready, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        queued(ready)
    assert not DBTaskResult.objects.exists()
    callbacks[0]()
    assert DBTaskResult.objects.get().task_path == "treasury.delivery.tasks.send_waiting"


def test_the_worker_sends_it(ready, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        queued(ready)
    assert import_string(DBTaskResult.objects.get().task_path).call() == 1
    assert len(mail.outbox) == 1


def test_a_timer_sends_what_the_worker_lost(ready, capsys):
    queued(ready)
    call_command("send_queued")
    assert capsys.readouterr().out == "1 sent.\n"
    call_command("send_queued")
    assert len(mail.outbox) == 1


def test_a_draft_is_not_sent_and_nobody_gets_nothing(ready):
    with pytest.raises(operations.CannotSend, match="issue it first"):
        queued(draft(GLOBEX))
    with pytest.raises(operations.CannotSend, match="Nobody is known"):
        operations.queue_invoice(ready, to=[], by=None)


def test_while_one_waits_there_is_no_second_and_later_there_may_be(ready):
    queued(ready)
    with pytest.raises(operations.CannotSend, match="waits to be sent already"):
        queued(ready)
    reminder = operations.queue(
        kind=Kind.REMINDER, company_id=ACME, invoice=ready, to=[AP], subject="Reminder",
        body="Please pay.", by=None,
    )  # fmt: skip
    assert sending.send_due() == 2
    reminder.refresh_from_db()
    assert reminder.state == State.SENT
    queued(ready)
    assert sending.send_due() == 1


def test_a_run_queues_all_its_invoices_at_once_and_names_those_left_out(
    ready, django_assert_num_queries, django_capture_on_commit_callbacks
):
    (waiting,), other = [draft(GLOBEX)], issued(uuid.uuid4())
    third = issued(uuid.uuid4())
    queued(third)
    wanted = [(ready, [AP]), (waiting, [AP]), (other, []), (third, [AP])]
    with django_capture_on_commit_callbacks() as asked, django_assert_num_queries(5):
        done = operations.queue_invoices(wanted, by=None)  # two of them a savepoint
    assert [each.invoice for each in done.deliveries] == [ready]
    assert set(done.left_out) == {waiting, other, third}
    assert len(asked) == 1, "the worker is asked once"
    assert sending.send_due() == 2


def test_a_statement_has_no_invoice_and_no_files(seller):
    operations.queue(
        kind=Kind.STATEMENT, company_id=ACME, invoice=None, to=[AP], subject="Statement",
        body="Nothing is open.", by=None,
    )  # fmt: skip
    sending.send_due()
    assert mail.outbox[0].attachments == []


def test_a_server_that_is_away_is_tried_later_and_at_last_given_up(ready, monkeypatch):
    server(monkeypatch, opening=ConnectionRefusedError("no"))
    row = queued(ready)
    for attempt, pause in enumerate(PAUSES, start=1):
        assert sending.send_due() == 0
        row.refresh_from_db()
        assert (row.state, row.attempts) == (State.QUEUED, attempt)
        assert "ConnectionRefusedError" in row.error
        waits = row.next_attempt_at - timezone.now()
        assert pause - timedelta(seconds=30) < waits <= pause
        assert sending.send_due() == 0
        row.refresh_from_db()
        assert row.attempts == attempt, "not before its time"
        Delivery.objects.update(next_attempt_at=timezone.now())
    sending.send_due()
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert row.error.startswith("Given up after 6 attempts")
    ready.refresh_from_db()
    assert ready.status == Status.ISSUED


OUTCOMES = [
    (smtplib.SMTPRecipientsRefused({AP: (550, b"unknown")}), State.FAILED, "unknown"),
    (smtplib.SMTPRecipientsRefused({AP: (451, b"greylisted")}), State.QUEUED, "greylisted"),
    (smtplib.SMTPDataError(554, b"spam"), State.FAILED, "spam"),
    (smtplib.SMTPDataError(452, b"full"), State.QUEUED, "full"),
    (smtplib.SMTPServerDisconnected("gone"), State.FAILED, "may have been sent"),
    (TimeoutError("slow"), State.FAILED, "may have been sent"),
]


@pytest.mark.parametrize(("problem", "state", "words"), OUTCOMES)
def test_what_the_server_says_decides_whether_it_is_tried_again(
    ready, monkeypatch, problem, state, words
):
    server(monkeypatch, sending_=problem)
    row = queued(ready)
    assert sending.send_due() == 0
    row.refresh_from_db()
    assert row.state == state
    assert words in row.error


def test_a_server_without_a_feature_never_takes_it():
    assert meaning_of(smtplib.SMTPNotSupportedError("utf8")) is Meaning.NEVER
    mixed = smtplib.SMTPRecipientsRefused({"a": (550, b""), "b": (451, b"")})
    assert meaning_of(mixed) is Meaning.LATER


def test_a_process_that_died_leaves_a_mail_for_a_person_and_none_is_sent_twice(ready):
    row = queued(ready)
    assert sending._claim(row.pk) is not None  # and here the process ends
    assert sending.send_due() == 0
    Delivery.objects.update(claimed_at=timezone.now() - timedelta(minutes=16))
    assert sending.send_due() == 0
    row.refresh_from_db()
    assert row.state == State.FAILED
    assert "the program ended" in row.error
    assert mail.outbox == []


def test_a_file_that_cannot_be_made_stops_only_its_own_mail(ready, monkeypatch):
    other = queued(issued(GLOBEX), "ap@globex.example")
    row = queued(ready)
    real = sending.message_of

    def message_of(each: Delivery):
        if each.pk != other.pk:
            raise ValueError("sum")
        return real(each)

    monkeypatch.setattr(sending, "message_of", message_of)
    assert sending.send_due() == 1
    row.refresh_from_db()
    assert (row.state, row.error) == (State.QUEUED, "ValueError: sum")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_one_mail(several_threads, monkeypatch):
    Seller.objects.update_or_create(id=1, defaults={"name": "Northbridge IT"})
    row = queued(issued(ACME))
    done = at_once([lambda: sending.send(row.pk)] * 4)
    assert sorted(done) == [False, False, False, True]
    assert len(mail.outbox) == 1


REFUSED = [
    ("delivery_state", {"state": State.SENT, "sent_at": timezone.now()}),
    ("delivery_sent_has_its_time", {"state": State.SENT, "next_attempt_at": None}),
    ("delivery_to_somebody", {"to": []}),
    ("delivery_kind", {"kind": "x"}),
    ("delivery_about_an_invoice", {"kind": Kind.STATEMENT}),
]


@pytest.mark.parametrize(("constraint", "fields"), REFUSED)
def test_the_database_refuses(ready, constraint, fields):
    row = queued(ready)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(**fields)
