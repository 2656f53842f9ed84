"""Somebody who opens the server's addresses over https, and trusts its own authority alone."""

from __future__ import annotations

import html
import re
from contextlib import ExitStack
from typing import Any
from unittest.mock import patch

import requests
from urllib3.util import connection

from tests.deploy.container import Container

AUTHORITY = "var/lib/caddy/.local/share/caddy/pki/authorities/local/root.crt"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """Keeps cookies as a browser does. ``visitor.get("treasury", "/invoices")``."""

    def __init__(self, server: Container, domain: str) -> None:
        self._server = server
        self._domain = domain
        self.http = requests.Session()
        self.http.trust_env = False  # this machine may name other authorities
        self.http.verify = str(server.root / AUTHORITY)

    def get(self, service: str, path: str = "/", **options: Any) -> requests.Response:
        return self._send("GET", f"https://{service}.{self._domain}{path}", **options)

    def open(self, address: str, **options: Any) -> requests.Response:
        return self._send("GET", address, **options)

    def submit(self, page: requests.Response, *, to: str = "", **fields: str) -> requests.Response:
        """Fill in the form of a page and send it, to the page's own address unless told."""
        token = _TOKEN.search(page.text)
        assert token, page.text[:800]
        form = {**fields, "csrfmiddlewaretoken": token[1]}
        origin = "/".join(page.url.split("/", 3)[:3])
        address = origin + to if to else page.url
        return self._send(
            "POST", address, data=form, headers={"Referer": page.url, "Origin": origin}
        )

    def sign_in(self, service: str, username: str, password: str) -> requests.Response:
        page = self.get(service, "/auth/login")
        return self.submit(page, username=username, password=password)

    def follow_menu(self, service: str, to: str) -> requests.Response:
        """Open another service from the menu of ``service``."""
        menu = self.get(service, "/").text
        link = re.search(rf'href="(https://{to}\.{re.escape(self._domain)}/[^"]*)"', menu)
        assert link, menu[:2000]
        return self.open(html.unescape(link[1]))

    def is_signed_in(self, service: str) -> bool:
        answer = self.get(service, "/")
        assert answer.status_code == 200, (answer.status_code, answer.text[:300])
        return "/auth/login" not in answer.url

    def _send(self, method: str, url: str, **options: Any) -> requests.Response:
        connect = connection.create_connection

        def here(address: tuple[str, int], *arguments: Any, **keywords: Any) -> Any:
            return connect(("127.0.0.1", address[1]), *arguments, **keywords)

        with ExitStack() as stack:
            stack.enter_context(self._server.network())
            stack.enter_context(patch.object(connection, "create_connection", here))
            options.setdefault("timeout", 40)
            return self.http.request(method, url, **options)
