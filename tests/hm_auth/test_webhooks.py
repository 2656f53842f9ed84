"""Webhooks: what is sent and signed, when it is tried again, and where nothing is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from hm_auth.webhooks import operations, posting, rules, secrets
from hm_auth.webhooks.models import Endpoint, Message


class Receiver(ThreadingHTTPServer):
    """A program that is told: it keeps what it gets and answers as the test says."""

    daemon_threads = True
    status = 200
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], str]] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook?x=1"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def endpoint(url: str, *events: str) -> tuple[Endpoint, str]:
    return operations.add(url=url, events=list(events or ["thing.made"]))


def test_the_signature_is_that_of_standard_webhooks():
    # The example of the specification's reference libraries.
    made = rules.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        ident="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body='{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_pauses_grow_and_then_it_is_given_up():
    pauses = [rules.pause_after(attempts) for attempts in range(1, 9)]
    assert pauses[-1] is None
    real = [pause for pause in pauses if pause]
    assert real == sorted(real)
    assert sum(real, timedelta()) > timedelta(days=2)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.9.9", "169.254.169.254", "0.0.0.0", "::1",
        "fe80::1", "fc00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "224.0.0.1", "100.64.0.1",
    ],
)  # fmt: skip
def test_addresses_of_ones_own_network_are_not_public(address):
    assert not rules.is_public(address)


def test_an_address_of_the_internet_is_public():
    assert rules.is_public("93.184.215.14")
    assert rules.is_public("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


@pytest.mark.parametrize(
    ("url", "private", "wrong"),
    [
        ("https://example.com/hook", False, ""),
        ("http://n8n.lan:5678/hook", True, ""),
        ("http://example.com", False, "https"),
        ("ftp://example.com", True, "https://"),
        ("https://user:pass@example.com", True, "name and password"),
        ("https://", True, "https://"),
        ("https://example.com/#x", True, "#"),
        ("https://[::1", True, "not an address"),
        ("https://example.com:99999", True, "not an address"),
    ],
)
def test_an_address_that_cannot_be_used_says_why(url, private, wrong):
    problem = rules.problem_of(url, private=private)
    assert wrong in problem
    assert bool(problem) == bool(wrong)


def test_nothing_is_sent_into_ones_own_network_unless_allowed(receiver):
    url = receiver.url.replace("http://127.0.0.1", "https://localhost")
    with pytest.raises(posting.NotPosted, match="own network"):
        posting.post(url, "{}", {}, private=False)
    assert not receiver.got


@pytest.mark.django_db
def test_an_event_reaches_those_who_want_it_signed(receiver):
    row, secret = endpoint(receiver.url)
    endpoint(receiver.url, "thing.gone")
    assert operations.announce("thing.made", [{"id": 1}, {"id": 2}]) == 2
    assert operations.deliver_due() == 2
    headers, body = receiver.got[0]
    assert json.loads(body)["type"] == "thing.made"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert {each.state for each in row.messages.all()} == {"delivered"}
    assert operations.deliver_due() == 0


@pytest.mark.django_db
def test_what_is_rolled_back_was_never_announced():
    endpoint("https://example.com")
    with transaction.atomic():
        operations.announce("thing.made", [{}])
        transaction.set_rollback(True)
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_an_event_nobody_named_is_a_mistake_of_the_program():
    with pytest.raises(KeyError):
        operations.announce("thing.mad", [{}])


@pytest.mark.django_db
def test_many_events_are_a_fixed_number_of_queries(django_assert_num_queries):
    endpoint("https://example.com")
    endpoint("https://example.org")
    with django_assert_num_queries(2):
        operations.announce("thing.made", ({"id": number} for number in range(200)))


@pytest.mark.django_db
@pytest.mark.parametrize("status", [500, 404, 301])
def test_what_is_not_taken_waits_longer_each_time_and_is_then_given_up(receiver, status):
    receiver.status, receiver.location = status, "/elsewhere"
    row, _ = endpoint(receiver.url)
    operations.announce("thing.made", [{}])
    for attempt in range(1, 9):
        assert operations.deliver_due() == 1
        message = Message.objects.get()
        assert (message.attempts, message.status_code) == (attempt, status)
        assert str(status) in message.error
        Message.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())
    assert message.state == "failed"
    assert operations.deliver_due() == 0
    assert len(receiver.got) == 8, "a redirect is not followed"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    receiver.status = 200
    operations.send_again(message)
    operations.deliver_due()
    assert row.messages.get().state == "delivered"


@pytest.mark.django_db
def test_nobody_there_is_an_attempt_too(receiver):
    receiver.server_close()
    endpoint(receiver.url)
    operations.announce("thing.made", [{}])
    operations.deliver_due()
    message = Message.objects.get()
    assert message.error
    assert message.status_code is None
    assert message.next_attempt_at > timezone.now()


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_one_message_at_once(receiver):
    endpoint(receiver.url)
    operations.announce("thing.made", [{}])
    pk = Message.objects.get().pk
    tried = []

    def other() -> None:
        tried.append(operations.deliver(pk))
        connection.close()

    with transaction.atomic():
        Message.objects.select_for_update().get(pk=pk)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(timeout=10)
    assert tried == [False]
    assert not receiver.got
    assert operations.deliver(pk)


@pytest.mark.django_db
def test_a_secret_is_never_readable_in_the_database():
    row, secret = endpoint("https://example.com")
    assert secret not in row.sealed_secret
    assert secrets.unseal(row.sealed_secret) == secret


@pytest.mark.django_db
def test_a_lost_key_is_said_and_not_sent(receiver, settings):
    endpoint(receiver.url)
    operations.announce("thing.made", [{}])
    settings.SECRET_KEY = "another key, and the old one is not among the fallbacks"
    operations.deliver_due()
    assert "make a new secret" in Message.objects.get().error
    assert not receiver.got


def test_only_who_keeps_endpoints_sees_the_pages(sign_in):
    row, _ = endpoint("https://example.com")
    pages = [
        reverse("webhooks"), reverse("webhook-add"), reverse("webhook", args=[row.pk]),
        reverse("webhook-edit", args=[row.pk]), reverse("webhook-remove", args=[row.pk]),
        reverse("webhook-secret", args=[row.pk]),
    ]  # fmt: skip
    billing, tech, acme = sign_in("billing"), sign_in("tech"), sign_in("acme")
    for page in pages:
        assert billing.get(page).status_code == 200, page
        assert tech.get(page).status_code == acme.get(page).status_code == 403, page
    assert tech.post(reverse("webhook-test", args=[row.pk])).status_code == 403


def test_an_endpoint_is_added_tested_changed_and_removed(sign_in, receiver):
    browser = sign_in("billing")
    typed = {"url": receiver.url, "events": ["thing.made"], "is_active": "on"}
    page = browser.post(reverse("webhook-add"), typed)
    assert b"whsec_" in page.content
    row = Endpoint.objects.get()
    here = reverse("webhook", args=[row.pk])
    assert b"whsec_" not in browser.get(here).content
    page = browser.post(reverse("webhook-test", args=[row.pk]), follow=True)
    assert b"It answered 200." in page.content
    assert b"HiveMatrix can reach you" in page.content
    page = browser.post(reverse("webhook-edit", args=[row.pk]), {**typed, "url": "nonsense"})
    assert b"nonsense" in page.content
    assert browser.post(reverse("webhook-secret", args=[row.pk])).status_code == 200
    browser.post(reverse("webhook-remove", args=[row.pk]))
    assert not Endpoint.objects.exists()
