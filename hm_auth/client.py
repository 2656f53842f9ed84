"""The only code that talks to Nexus, and to other modules.

Every call has a timeout. Reads are repeated after a failed connection and fall back to the last
answer; a POST is never repeated, but for a refresh: Nexus answers the same one twice (10 seconds).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

import requests

from hm_auth import answers, metrics
from hm_auth.answers import Answer, Caller
from hm_auth.conf import conf
from hm_auth.exceptions import NexusRefused, NexusUnavailable, PeerUnavailable
from hm_auth.service import request_id

JWKS_PATH = "/.well-known/jwks.json"
RETRY_PAUSES = (0.1, 0.3)  # seconds; only connections that were never made are tried again


PEER_TIMEOUTS = (1.0, 2.5)  # seconds; what is only a part of a page is not waited for longer


class Transport:
    """HTTP to Nexus, or to the module at ``base``: keep-alive per thread, timeouts, errors by name.

    Knows nothing of the API.
    """

    def __init__(self, base: str = "") -> None:
        self._base = base
        self._to = "module" if base else "nexus"
        self._local = threading.local()
        self._down_until = 0.0

    @property
    def seems_down(self) -> bool:
        """Whether it failed so recently that a page with older data should not wait for it."""
        return time.monotonic() < self._down_until

    def send(
        self,
        method: str,
        path: str,
        *,
        retry: bool,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        """Return Nexus's answer, whatever its status below 500. Raises NexusUnavailable."""
        pauses = RETRY_PAUSES if retry else ()
        all_headers = {"Accept": "application/json", **(headers or {})}
        if current := request_id.current.get():
            all_headers["X-Request-ID"] = current
        for pause in (*pauses, None):
            try:
                with metrics.call(self._to):
                    response = self._session().request(
                        method,
                        (self._base or conf.nexus_url) + path,
                        headers=all_headers,
                        timeout=PEER_TIMEOUTS if self._base else conf.timeouts,
                        allow_redirects=False,  # a password must not follow one
                        **options,
                    )
            except requests.ConnectionError as error:
                if pause is None or isinstance(error, requests.ConnectTimeout):
                    raise self._failed(error) from error
                time.sleep(pause)
            except requests.RequestException as error:
                raise self._failed(error) from error
            else:
                return self._checked(response)
        raise AssertionError("unreachable")

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            # A proxy or a .netrc of the environment must neither see nor replace our credentials.
            session.trust_env = False
            session.verify = conf.ca_bundle
            self._local.session = session
        return session

    def _checked(self, response: requests.Response) -> requests.Response:
        redirect = 300 <= response.status_code < 400 and response.status_code != 304
        if response.status_code >= 500 or redirect:
            who = self._base or "Nexus"
            raise self._failed(f"{who} answered {response.status_code}")
        self._down_until = 0.0
        outcome = "refused" if response.status_code >= 400 else "answered"
        metrics.CALLS.labels(self._to, outcome).inc()
        return response

    def _failed(self, reason: object) -> NexusUnavailable:
        self._down_until = time.monotonic() + conf.retry_after
        metrics.CALLS.labels(self._to, "unavailable").inc()
        return NexusUnavailable(str(reason))


class NexusClient:
    """The API of Nexus, as far as modules need it. Safe to share between threads."""

    def __init__(self) -> None:
        self.transport = Transport()
        self._service_lock = threading.Lock()
        self._service_token = ""
        self._service_token_until = 0.0

    def sign_in(
        self, username: str, password: str, *, ip: str | None, user_agent: str
    ) -> dict[str, Any]:
        """Trade a person's password for ``{access, refresh, expires_in}``.

        Raises NexusRefused (``invalid_credentials``, ``too_many_attempts``, ``module_not_allowed``,
        ``invalid_client``) and NexusUnavailable.
        """
        body = {"username": username, "password": password, **_end_user(ip, user_agent)}
        return self._token("/api/token/", body)

    def redeem(self, code: str, *, ip: str | None, user_agent: str) -> dict[str, Any]:
        """Trade a one-time code for tokens. Raises NexusRefused, NexusUnavailable."""
        return self._token("/api/token/", {"code": code, **_end_user(ip, user_agent)})

    def exchange(self, api_token: str, *, ip: str | None, user_agent: str) -> dict[str, Any]:
        """Trade a person's API token for ``{access, expires_in}``; there is nothing to refresh.

        Raises NexusRefused (``invalid_api_token``, ``too_many_attempts``, ``module_not_allowed``)
        and NexusUnavailable.
        """
        return self._token("/api/token/", {"api_token": api_token, **_end_user(ip, user_agent)})

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Trade a refresh token for new tokens. Raises NexusRefused, NexusUnavailable."""
        return self._token("/api/token/refresh/", {"refresh": refresh_token}, retry=True)

    def revoke(self, refresh_token: str) -> None:
        """End the sign-in (RFC 7009). Raises NexusRefused, NexusUnavailable."""
        _body(
            self.transport.send(
                "POST",
                "/api/token/revoke/",
                retry=True,
                json={"refresh": refresh_token},
                auth=_credentials(),
            )
        )

    def code_for(self, client_id: str, *, caller: Caller) -> str:
        """Return a one-time code that signs ``caller`` in at another module.

        Nexus wants to know both who asks (this module) and for whom (the token it was given).

        Raises NexusRefused (``module_not_allowed``, ``not_found``) and NexusUnavailable.
        """
        response = self.transport.send(
            "POST",
            "/api/token/code/",
            retry=False,
            json={"client_id": client_id, "subject_token": caller.token},
            auth=_credentials(),
        )
        return _text(_body(response), "code")

    def service_caller(self) -> Caller:
        """Return this module itself as a caller, with a token that is good for a while yet."""
        with self._service_lock:
            if time.monotonic() >= self._service_token_until:
                body = self._token("/api/token/service/", {})
                self._service_token = _text(body, "access")
                lifetime = float(body.get("expires_in", 60))
                self._service_token_until = time.monotonic() + max(lifetime - 30, 0)
            return Caller(self._service_token, f"service:{conf.client_id}")

    def jwks(self) -> Mapping[str, Any]:
        """Return Nexus's public keys, the last ones if it is down. Raises NexusUnavailable."""
        try:
            keys: Mapping[str, Any] = self.get(JWKS_PATH, caller=None).data
        except NexusRefused as refusal:
            raise NexusUnavailable("NEXUS_URL leads to something without keys") from refusal
        return keys

    def get(
        self,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        caller: Caller | None,
        max_age: float = 0,
        optional: bool = False,
    ) -> Answer:
        """Read ``path``; an answer younger than ``max_age`` seconds is given without asking.

        When Nexus does not answer, the last answer to the same caller comes back as ``stale``. What
        is ``optional`` is not even tried shortly after a failure.
        Raises NexusRefused, and NexusUnavailable when there is no last answer.
        """
        key = answers.cache_key(path, params or {}, caller.key if caller else "")
        kept = answers.recall(key)
        if kept and time.time() - kept.at < max_age:
            return kept.answer(stale=False)
        down = self.transport.seems_down
        if down and kept:
            return kept.answer(stale=True)
        if down and optional:
            raise NexusUnavailable("Nexus did not answer a moment ago")
        headers = _bearer(caller) if caller else {}
        if kept and kept.etag:
            headers["If-None-Match"] = kept.etag
        try:
            response = self.transport.send(
                "GET", path, retry=not down, params=params, headers=headers
            )
            if response.status_code == 304 and kept:
                return answers.keep(key, kept.data, kept.etag)
            return answers.keep(key, _body(response), response.headers.get("ETag", ""))
        except NexusUnavailable:
            if kept is None:
                raise
            return kept.answer(stale=True)

    def _token(self, path: str, body: Mapping[str, str], *, retry: bool = False) -> dict[str, Any]:
        response = self.transport.send("POST", path, retry=retry, json=body, auth=_credentials())
        answer = _body(response)
        if not isinstance(answer, dict):
            raise NexusUnavailable("Nexus answered something that is not an object")
        return answer


class Peer:
    """Another module, asked for what a page shows beside its own. Safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._transport = Transport(url)

    def get(self, path: str, params: Mapping[str, str], *, caller: Caller) -> Any:
        """Read ``path`` for ``caller``, whose token says what they may see; nothing is kept.

        Asked once, and not at all shortly after it failed. Raises PeerUnavailable.
        """
        if self._transport.seems_down:
            raise PeerUnavailable("It did not answer a moment ago")
        try:
            return _body(
                self._transport.send(
                    "GET", path, retry=False, params=params, headers=_bearer(caller)
                )
            )
        except (NexusRefused, NexusUnavailable) as error:
            raise PeerUnavailable(str(error)) from error


def _end_user(ip: str | None, user_agent: str) -> dict[str, str]:
    return {"end_user_ip": ip or "", "end_user_agent": user_agent[:300]}


def _credentials() -> tuple[str, str]:
    return conf.client_id, conf.client_secret


def _bearer(caller: Caller) -> dict[str, str]:
    return {"Authorization": f"Bearer {caller.token}"}


def _body(response: requests.Response) -> Any:
    """Return the JSON of a success. Raises NexusRefused for a 4xx, NexusUnavailable for no JSON."""
    try:
        body = response.json() if response.content else None
    except requests.JSONDecodeError as error:
        if response.ok:
            raise NexusUnavailable("Nexus answered something that is not JSON") from error
        body = None
    if response.ok:
        return body
    problem = body if isinstance(body, dict) else {}
    wait = response.headers.get("Retry-After", "")
    raise NexusRefused(
        response.status_code,
        str(problem.get("code", "refused")),
        str(problem.get("detail", "")),
        int(wait) if wait.isascii() and wait.isdigit() else None,
    )


def _text(body: Any, name: str) -> str:
    value = body.get(name) if isinstance(body, dict) else None
    if not isinstance(value, str):
        raise NexusUnavailable(f"Nexus answered without {name}")
    return value
