"""Somebody with a browser-like HTTP client: what a person does, in the words of a person."""

from __future__ import annotations

import re
from typing import Any

import requests

from deploy.local.stack import Stack


class Person:
    """Keeps cookies as a browser does; ``sign_in("treasury")`` posts the real form."""

    def __init__(self, stack: Stack, username: str, password: str) -> None:
        self.stack = stack
        self.username = username
        self.password = password
        self.http = requests.Session()

    def get(self, service: str, path: str = "/", **options: Any) -> requests.Response:
        options.setdefault("timeout", 20)
        return self.http.get(self.stack.urls[service] + path, **options)

    def post(self, service: str, path: str, form: dict[str, str]) -> requests.Response:
        """Send a form with the CSRF token of this service's cookie."""
        url = self.stack.urls[service]
        token = self.http.cookies.get(f"{service}_csrf", default="")
        return self.http.post(
            url + path,
            data={**form, "csrfmiddlewaretoken": token},
            headers={"Referer": url + path, "Origin": url},
            timeout=20,
        )

    def sign_in(self, service: str) -> requests.Response:
        page = self.get(service, "/auth/login")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token, page.text[:500]
        url = self.stack.urls[service] + "/auth/login"
        return self.http.post(
            url,
            data={
                "username": self.username,
                "password": self.password,
                "csrfmiddlewaretoken": token[1],
            },
            headers={"Referer": url, "Origin": self.stack.urls[service]},
            timeout=20,
        )

    def is_signed_in(self, service: str) -> bool:
        """Whether the home page shows itself, or a first page, and not the way to the sign-in."""
        answer = self.get(service, "/", allow_redirects=False)
        assert answer.status_code in {200, 302}, (answer.status_code, answer.text[:300])
        return "/auth/login" not in answer.headers.get("Location", "")

    def tokens(self) -> dict[str, Any]:
        """Ask Nexus as a person's own script does."""
        answer = requests.post(
            self.stack.urls["nexus"] + "/api/token/",
            json={"username": self.username, "password": self.password},
            timeout=20,
        )
        answer.raise_for_status()
        return answer.json()
