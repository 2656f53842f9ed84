"""What Archive tells another service: shown as text, on time or not at all, to whom it may be."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from hm_auth import articles, client
from hm_auth.answers import Caller
from hm_auth.exceptions import PeerUnavailable
from hm_auth.registry import Module

ACME = uuid.UUID("00000000-0000-4000-8000-00000000ac3e")
SOMEBODY = Caller("their-own-token", "somebody")
ROW = {
    "name": "VPN", "url": "/articles/acme/vpn", "kind": "runbook",
    "updated_at": "2026-03-01T09:00:00Z",
}  # fmt: skip


class Archive(BaseHTTPRequestHandler):
    """Answers what a test put into ``body``, after ``wait`` seconds."""

    status: ClassVar[int] = 200
    body: ClassVar[Any] = None
    wait: ClassVar[float] = 0
    asked: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Authorization"]))
        time.sleep(self.wait)
        self.send_response(self.status)
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(json.dumps(self.body).encode())

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def archive(monkeypatch) -> Iterator[Module]:
    for name, value in (("status", 200), ("wait", 0), ("asked", [])):
        monkeypatch.setattr(Archive, name, value)
    monkeypatch.setattr(Archive, "body", {"results": [ROW]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), Archive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Module("archive", "Archive", f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    server.server_close()


def panel(archive: Module | None, *, htmx: bool = True) -> str:
    headers = {"HX-Request": "true"} if htmx else {}
    request = RequestFactory().get("/clients/x/articles", headers=headers)
    request.htmx = HtmxDetails(request)
    answer = articles.render_panel(
        request, archive, ACME,
        caller=SOMEBODY, from_client="treasury", back=("Acme & Sons", "/clients/x"),
    )  # fmt: skip
    assert answer.status_code == 200
    return answer.content.decode()


def test_archive_is_asked_for_one_company_with_the_persons_own_token(archive):
    assert "VPN" in panel(archive)
    [(path, token)] = Archive.asked
    assert token == "Bearer their-own-token"
    assert urlsplit(path).path == "/api/articles/"
    assert parse_qs(urlsplit(path).query)["company"] == [str(ACME)]


def test_a_link_signs_its_reader_in_on_the_way(archive):
    assert f"{archive.url}/auth/start?from=treasury&amp;next=%2Farticles%2Facme%2Fvpn" in panel(
        archive
    )


def test_a_title_is_text_and_an_address_that_leads_elsewhere_is_not_shown(archive):
    Archive.body = {
        "results": [
            {**ROW, "name": "<script>alert(1)</script>"},
            {**ROW, "name": "Elsewhere", "url": "https://evil.example/"},
            {**ROW, "name": "Script", "url": "javascript:alert(1)"},
            {**ROW, "name": "Two slashes", "url": "//evil.example/"},
            {"name": "No address"},
        ]
    }
    shown = panel(archive)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script" not in shown
    for absent in ("Elsewhere", "Script", "Two slashes", "No address", "evil", "javascript"):
        assert absent not in shown


@pytest.mark.parametrize("status", [302, 401, 403, 404, 500, 503])
def test_a_refusal_is_said_in_the_panel_and_no_redirect_is_followed(archive, status):
    Archive.status = status
    assert "Archive does not answer right now" in panel(archive)
    assert len(Archive.asked) == 1


@pytest.mark.parametrize("body", [None, [], "x", {"results": 3}, {"detail": "no"}])
def test_an_answer_that_is_no_list_is_said_in_the_panel(archive, body):
    Archive.body = body
    assert "Archive does not answer right now" in panel(archive)


def test_nobody_waits_long_and_the_next_page_not_at_all(archive, monkeypatch):
    monkeypatch.setattr(client, "PEER_TIMEOUTS", (0.2, 0.2))
    Archive.wait = 1
    begun = time.monotonic()
    assert "Archive does not answer right now" in panel(archive)
    assert time.monotonic() - begun < 0.9
    begun = time.monotonic()
    assert "Archive does not answer right now" in panel(archive)
    assert time.monotonic() - begun < 0.15
    assert len(Archive.asked) == 1


def test_an_archive_that_is_gone_is_an_error_with_a_name():
    gone = Module("archive", "Archive", "http://127.0.0.1:9")
    with pytest.raises(PeerUnavailable):
        articles.about_company(gone, ACME, caller=SOMEBODY, from_client="treasury")


def test_without_archive_the_panel_says_so():
    assert "not open to you or not installed here" in panel(None)


def test_nothing_written_yet_leads_to_archive(archive):
    Archive.body = {"results": []}
    assert "No articles that you may read." in panel(archive)
    assert f"next=%2Fcompanies%2F{ACME}" in panel(archive)


def test_without_javascript_it_is_a_link_and_a_page(archive, db):
    later = render_to_string("hm/parts/articles_later.html", {"url": "/clients/x/articles"})
    assert '<a href="/clients/x/articles">' in later
    page = panel(archive, htmx=False)
    assert "<h1" in page
    assert "Articles about Acme &amp; Sons" in page
    assert "VPN" in page
