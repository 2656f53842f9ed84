"""Programs that call the REST API with a token."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client


class Caller:
    """Somebody with a token."""

    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **query: Any) -> HttpResponse:
        """Read ``path`` below /api/."""
        return Client().get(f"/api/{path}", query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send ``body``; ``key`` is short for the header Idempotency-Key."""
        return self.send("post", path, body, **headers)

    def patch(self, path: str, body: Any, etag: str | None = None) -> HttpResponse:
        """Change what was read with ``etag``; without one, what is there now."""
        return self.send("patch", path, body, if_match=self._etag(path, etag))

    def delete(self, path: str, etag: str | None = None) -> HttpResponse:
        """Remove what was read with ``etag``; without one, what is there now."""
        return self.send("delete", path, if_match=self._etag(path, etag))

    def act(self, path: str, action: str, body: Any = None) -> HttpResponse:
        """POST an action on what is there now."""
        return self.send("post", f"{path}{action}/", body, if_match=self._etag(path, None))

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send ``body`` as JSON."""
        names = {"key": "Idempotency-Key", "if_match": "If-Match"}
        given = {names.get(name, name): value for name, value in headers.items()}
        return Client().generic(
            method.upper(),
            f"/api/{path}",
            json.dumps(body or {}),
            content_type="application/json",
            headers={**self.headers, **given},
        )

    def _etag(self, path: str, etag: str | None) -> str:
        return self.get(path)["ETag"] if etag is None else etag
