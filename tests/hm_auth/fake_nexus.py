"""Nexus as a module sees it: a real server on loopback that speaks the contract with a real key.

For this suite Nexus is 'outside'; the real one is joined to real modules in ``tests/system``.
"""

from __future__ import annotations

import base64
import json
import threading
import time
import uuid
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

ISSUER = "http://nexus.test"
CLIENT = ("sample", "sample-secret")
PASSWORD = "correct horse battery"

PEOPLE = {
    "admin": {"permission_level": "admin", "name": "Ada Admin"},
    "tech": {"permission_level": "technician", "name": "Tom Tech"},
    "billing": {"permission_level": "billing", "name": "Bea Billing"},
    "acme": {"permission_level": "client", "name": "Anna of Acme", "company": str(uuid.uuid4())},
    "globex": {"permission_level": "client", "name": "Gus of Globex", "company": str(uuid.uuid4())},
}
MODULES = [
    {"client_id": "nexus", "name": "Nexus", "url": ISSUER, "icon": "hexagon", "description": ""},
    {"client_id": "sample", "name": "Sample", "url": "http://testserver", "icon": "box"},
    {"client_id": "other", "name": "Other", "url": "http://other.test", "icon": "box"},
]


class Key:
    """A signing key with its ``kid``."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, Any]:
        return {
            **json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.private.public_key())),
            "kid": self.kid,
            "use": "sig",
            "alg": "ES256",
        }


class FakeNexus:
    """The state a test arranges (``down``, ``people``, ``refuse_refresh`` …) and what was asked."""

    def __init__(self) -> None:
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.nexus = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.key = Key("key-1")
        self.lock = threading.Lock()
        self.reset()
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self) -> None:
        self.down = False
        self.delay = 0.0
        self.fail_with: tuple[int, dict[str, Any], dict[str, str]] | None = None
        self.people = {
            name: {"sub": str(uuid.uuid4()), "username": name, **person}
            for name, person in PEOPLE.items()
        }
        self.keys = [self.key]
        self.lifetime = 600
        self.chains: dict[str, tuple[str, str]] = {}
        self.codes: dict[str, tuple[str, str]] = {}
        self.ended: set[str] = set()
        self.api_tokens: dict[str, str] = {}
        self.companies: list[dict[str, Any]] = []
        self.contacts: list[dict[str, Any]] = []
        self.locations: list[dict[str, Any]] = []
        self.asked: Counter[str] = Counter()
        self.seen: list[dict[str, Any]] = []

    def sign(self, claims: dict[str, Any], *, typ: str = "at+jwt", key: Key | None = None) -> str:
        """Sign anything, also what PyJWT would refuse to write."""
        key = key or self.key
        content = json.dumps(claims).encode()
        return jwt.api_jws.encode(
            content, key.private, "ES256", headers={"kid": key.kid, "typ": typ}
        )

    def claims(self, username: str, /, **changes: Any) -> dict[str, Any]:
        """Good claims; ``None`` as a change takes a claim away."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "hivematrix",
            "sid": str(uuid.uuid4()),
            "jti": uuid.uuid4().hex,
            "client_id": "sample",
            "iat": now,
            "exp": now + self.lifetime,
            **self.people[username],
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def access(self, username: str = "tech", /, **changes: Any) -> str:
        return self.sign(self.claims(username, **changes))

    def service_token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "hivematrix",
            "sub": "sample",
            "client_id": "sample",
            "jti": uuid.uuid4().hex,
            "iat": now,
            "exp": now + 600,
            "scope": "directory:read",
        }
        return self.sign({**claims, **changes})

    def logout_token(self, **changes: Any) -> str:
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": "sample",
            "iat": now,
            "exp": now + 120,
            "jti": uuid.uuid4().hex,
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return self.sign(kept, typ="logout+jwt")

    def tokens(self, username: str, sid: str | None = None) -> dict[str, Any]:
        sid = sid or str(uuid.uuid4())
        refresh = uuid.uuid4().hex
        self.chains[refresh] = (username, sid)
        return {
            "access": self.access(username, sid=sid),
            "refresh": refresh,
            "expires_in": self.lifetime,
        }

    def answer(self, path: str, body: dict[str, Any], query: str, header: str) -> tuple[int, Any]:
        """Return (status, body), as every endpoint below does."""
        scheme, _, bearer = header.partition(" ")
        open_paths: dict[str, Any] = {
            "/.well-known/jwks.json": lambda: (200, {"keys": [key.jwk for key in self.keys]}),
            "/api/modules/": lambda: (200, MODULES),
            "/api/companies/": lambda: self.list_companies(dict(parse_qsl(query)), bearer),
            "/api/contacts/": lambda: _of_company(self.contacts, query),
            "/api/locations/": lambda: _of_company(self.locations, query),
        }
        if path in open_paths:
            return open_paths[path]()
        given = base64.b64decode(bearer).decode() if scheme == "Basic" else ""
        if given != ":".join(CLIENT):
            return 401, {"code": "invalid_client"}
        if path == "/api/token/service/":
            return 200, {"access": self.service_token(), "expires_in": 600}
        routes = {
            "/api/token/": self.token,
            "/api/token/refresh/": self.refresh,
            "/api/token/revoke/": self.revoke,
            "/api/token/code/": self.code,
        }
        return routes[path](body)

    def token(self, body: dict[str, Any]) -> tuple[int, Any]:
        if "code" in body:
            known = self.codes.pop(body["code"], None)
            return (200, self.tokens(*known)) if known else (401, {"code": "invalid_credentials"})
        if "api_token" in body:
            username = self.api_tokens.get(body["api_token"])
            if username is None:
                return 401, {"code": "invalid_api_token"}
            return 200, {"access": self.access(username), "expires_in": self.lifetime}
        if body["username"] in self.people and body["password"] == PASSWORD:
            return 200, self.tokens(body["username"])
        return 401, {"code": "invalid_credentials"}

    def refresh(self, body: dict[str, Any]) -> tuple[int, Any]:
        with self.lock:
            known = self.chains.pop(body["refresh"], None)
            if known is None or known[1] in self.ended:
                return 401, {"code": "invalid_refresh"}
            return 200, self.tokens(*known)

    def revoke(self, body: dict[str, Any]) -> tuple[int, Any]:
        if known := self.chains.get(body["refresh"]):
            self.ended.add(known[1])
        return 200, {}

    def code(self, body: dict[str, Any]) -> tuple[int, Any]:
        claims = jwt.decode(body["subject_token"], options={"verify_signature": False})
        if claims["client_id"] != CLIENT[0]:
            return 401, {"code": "invalid_token"}
        if body["client_id"] not in {module["client_id"] for module in MODULES}:
            return 404, {"code": "not_found"}
        code = uuid.uuid4().hex
        self.codes[code] = (claims["username"], claims["sid"])
        return 200, {"code": code}

    def list_companies(self, query: dict[str, str], bearer: str) -> tuple[int, Any]:
        person = jwt.decode(bearer, options={"verify_signature": False}) if bearer else {}
        company = person.get("company")
        rows = [row for row in self.companies if company in (None, row["id"])]
        if ids := query.get("id__in"):
            rows = [row for row in rows if row["id"] in ids.split(",")]
        if search := query.get("search"):
            rows = [row for row in rows if search.lower() in row["name"].lower()]
        start, limit = int(query.get("cursor", "0")), int(query.get("limit", "100"))
        more = start + limit < len(rows)
        link = f"http://evil.test/api/companies/?limit={limit}&cursor={start + limit}"
        page = rows[start : start + limit]
        return 200, {"next": link if more else None, "previous": None, "results": page}


def _of_company(rows: list[dict[str, Any]], query: str) -> tuple[int, Any]:
    wanted = dict(parse_qsl(query)).get("company")
    found = [row for row in rows if wanted in (None, row["company"])]
    return 200, {"next": None, "previous": None, "results": found}


def company(name: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "account_number": "C-1001",
        "name": name,
        "status": "active",
        "phone": "",
        "website": "",
        **fields,
    }


class Server(ThreadingHTTPServer):
    daemon_threads = True
    nexus: FakeNexus

    def handle_error(self, *_: object) -> None:
        """A module that does not wait any longer hangs up; that is its right."""


class Handler(BaseHTTPRequestHandler):
    """Counts, keeps, delays, fails and answers as the test arranged it."""

    server: Server

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(json.loads(self.rfile.read(length) or b"{}"))

    def _answer(self, body: dict[str, Any]) -> None:
        nexus = self.server.nexus
        parts = urlsplit(self.path)
        nexus.asked[parts.path] += 1
        nexus.seen.append({"path": self.path, "body": body, "headers": dict(self.headers)})
        if nexus.down:
            self.close_connection = True
            return
        time.sleep(nexus.delay)
        extra: dict[str, str] = {}
        if nexus.fail_with:
            status, answer, extra = nexus.fail_with
        else:
            status, answer = nexus.answer(
                parts.path, body, parts.query, self.headers.get("Authorization", "")
            )
        content = json.dumps(answer).encode()
        etag = f'"{hash(content)}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status, content = 304, b""
        self.send_response(status)
        for name, value in extra.items():
            self.send_header(name, value)
        self.send_header("ETag", etag)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
