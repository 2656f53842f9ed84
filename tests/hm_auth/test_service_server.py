"""The server: whose word about an address counts, what it refuses, how it stops."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hm_auth.service.config import ConfigError
from hm_auth.service.proxies import behind_proxies
from hm_auth.service.server import Server

SAMPLE = Path(__file__).with_name("service_sample_server.py")


class Running:
    def __init__(self, proxies: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.process = subprocess.Popen(
            [sys.executable, str(SAMPLE), str(self.port), proxies],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.wait_for("listening")
        self.get()  # from here on its signal handlers are in place

    def wait_for(self, word: str) -> None:
        assert self.process.stdout
        while (line := self.process.stdout.readline().strip()) != word:
            assert line, f"{word} was never printed"

    def get(self, path: str = "/", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        return self.send("GET", path, None, headers)

    def send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def seen(self, **headers: str) -> dict[str, Any]:
        return dict(json.loads(self.get(**headers)[1]))


@pytest.fixture
def start() -> Iterator[Callable[[str], Running]]:
    started: list[Running] = []

    def start(proxies: str) -> Running:
        started.append(Running(proxies))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.communicate()


def test_an_answer_to_head_has_no_body_and_the_connection_goes_on(start: Any) -> None:
    with socket.create_connection(("127.0.0.1", start("").port), timeout=10) as connection:
        connection.sendall(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
        time.sleep(0.2)  # a body would be there by then
        head, _, body = connection.recv(10_000).partition(b"\r\n\r\n")
        assert re.search(rb"Content-Length: [1-9]", head)
        assert body == b""
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b"".join(iter(lambda: connection.recv(10_000), b""))
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert b"REMOTE_ADDR" in answer


def test_behind_a_trusted_proxy_the_visitors_address_and_https_arrive(start: Any) -> None:
    seen = start("127.0.0.1,::1").seen(X_Forwarded_For="203.0.113.7", X_Forwarded_Proto="https")
    assert seen["REMOTE_ADDR"] == "203.0.113.7"
    assert seen["wsgi.url_scheme"] == "https"


@pytest.mark.parametrize("network", ["127.0.0.0/8", "10.0.0.1,127.0.0.1"])
def test_a_network_or_one_of_several_proxies_can_be_trusted(start: Any, network: str) -> None:
    assert start(network).seen(X_Forwarded_For="203.0.113.7")["REMOTE_ADDR"] == "203.0.113.7"


def test_only_what_the_proxy_itself_added_counts(start: Any) -> None:
    seen = start("127.0.0.1").seen(X_Forwarded_For="6.6.6.6, 203.0.113.7")
    assert seen["REMOTE_ADDR"] == "203.0.113.7"
    assert "6.6.6.6" not in str(seen)


def test_an_ipv6_visitor_arrives_without_brackets(start: Any) -> None:
    assert start("127.0.0.1").seen(X_Forwarded_For="2001:db8::7")["REMOTE_ADDR"] == "2001:db8::7"


@pytest.mark.parametrize("nonsense", ["unknown", "<script>", "999.1.1.1"])
def test_what_is_no_address_never_reaches_the_application(start: Any, nonsense: str) -> None:
    assert start("127.0.0.1").seen(X_Forwarded_For=nonsense)["REMOTE_ADDR"] == "127.0.0.1"


@pytest.mark.parametrize("proxies", ["", "10.0.0.0/8"])
def test_nobody_else_can_claim_an_address_or_https(start: Any, proxies: str) -> None:
    seen = start(proxies).seen(
        X_Forwarded_For="203.0.113.7",
        X_Forwarded_Proto="https",
        X_Forwarded_Host="evil.example",
        Forwarded="for=203.0.113.7;proto=https;host=evil.example",
    )
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert seen["wsgi.url_scheme"] == "http"
    assert [key for key in seen if "FORWARDED" in key] == []


def test_a_proxy_is_not_believed_about_the_host(start: Any) -> None:
    seen = start("127.0.0.1").seen(X_Forwarded_Host="evil.example", Forwarded="host=evil.example")
    assert "evil" not in str(seen)


def test_a_header_with_an_underscore_is_no_way_around(start: Any) -> None:
    running = start("")
    with socket.create_connection(("127.0.0.1", running.port), timeout=5) as connection:
        connection.sendall(
            b"GET / HTTP/1.0\r\nHost: x\r\nX_Forwarded_For: 6.6.6.6\r\n"
            b"X_Forwarded-Proto: https\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert b"6.6.6.6" not in answer
    assert b"https" not in answer


def test_a_trusted_proxy_that_sends_nonsense_gets_400(start: Any) -> None:
    response, _ = start("127.0.0.1").get(X_Forwarded_Proto="gopher")
    assert response.status == 400


def test_a_request_that_is_too_large_gets_413(start: Any) -> None:
    running = start("")
    assert running.send("POST", "/", b"x" * 900, {})[0].status == 200
    assert running.send("POST", "/", b"x" * 1001, {})[0].status == 413


def test_the_answer_does_not_name_the_server(start: Any) -> None:
    assert start("").get()[0].getheader("Server") is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_finishes_the_request_that_has_begun(start: Any, number: int) -> None:
    running = start("")
    answers: list[bytes] = []
    visitor = threading.Thread(target=lambda: answers.append(running.get("/slow")[1]))
    visitor.start()
    running.wait_for("begun")
    began = time.monotonic()
    running.process.send_signal(number)
    running.wait_for("stopped")
    assert running.process.wait(timeout=5) == 0
    visitor.join(timeout=5)
    assert len(answers[0]) > 5_000_000
    assert time.monotonic() - began < 4


def test_while_stopping_nobody_new_is_served(start: Any) -> None:
    running = start("")
    visitor = threading.Thread(target=lambda: running.get("/slow"))
    visitor.start()
    running.wait_for("begun")
    running.process.send_signal(signal.SIGTERM)
    time.sleep(0.4)
    with pytest.raises(ConnectionRefusedError):
        running.get()
    visitor.join(timeout=5)


def test_an_idle_server_stops_at_once_even_with_open_connections(start: Any) -> None:
    running = start("")
    with socket.create_connection(("127.0.0.1", running.port)):
        time.sleep(0.1)
        began = time.monotonic()
        running.process.terminate()
        assert running.process.wait(timeout=5) == 0
    assert time.monotonic() - began < 1.5


def test_a_wrong_proxy_is_an_error_that_names_the_setting() -> None:
    with pytest.raises(ConfigError, match="TRUSTED_PROXIES"):
        behind_proxies(lambda _environ, _start: [], ["caddy"])


def test_an_unknown_host_is_an_error() -> None:
    with pytest.raises(OSError, match="not an address"):
        Server(
            lambda _environ, _start: [],
            host="no-such-host.invalid",
            port=1,
            threads=1,
            max_request_bytes=1,
        )
