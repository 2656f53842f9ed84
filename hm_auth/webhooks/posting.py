"""The one POST: to an address that was looked at, with a deadline, following nothing."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from hm_auth.exceptions import HiveMatrixError
from hm_auth.webhooks.rules import is_public, problem_of

TIMEOUT = Timeout(connect=5, read=10)
READ = 2000  # bytes of an answer that are looked at


class NotPosted(HiveMatrixError):
    """The address could not be reached, or must not be."""

    code = "not_posted"


def post(url: str, body: str, headers: Mapping[str, str], *, private: bool) -> int:
    """POST ``body`` and return the status of the answer. Raises NotPosted.

    The name is looked up once and that address is used, so that a name server cannot answer with
    another one after it was checked. Redirects are not followed.
    """
    if wrong := problem_of(url, private=private):
        raise NotPosted(wrong)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolve(host, port, private=private)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    pool = _pool(parts.scheme, address, port, host)
    try:
        answer = pool.request(
            "POST",
            path,
            body=body.encode(),
            headers={"Host": parts.netloc, "Content-Type": "application/json", **headers},
            redirect=False,
            retries=False,
            preload_content=False,
        )
        answer.read(READ)
        answer.release_conn()
    except (HTTPError, OSError) as problem:
        raise NotPosted(f"{type(problem).__name__}: {problem}"[:300]) from problem
    finally:
        pool.close()
    return int(answer.status)


def _pool(scheme: str, address: str, port: int, host: str) -> urllib3.HTTPConnectionPool:
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        address,
        port,
        timeout=TIMEOUT,
        server_hostname=host,
        assert_hostname=host,
        cert_reqs="CERT_REQUIRED",
    )


def _resolve(host: str, port: int, *, private: bool) -> str:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as problem:
        raise NotPosted(f"{host} is not known.") from problem
    addresses = [str(each[4][0]) for each in found]
    if not private and not all(map(is_public, addresses)):
        raise NotPosted(f"{host} lies in this machine's own network, where nothing is sent.")
    return addresses[0]
