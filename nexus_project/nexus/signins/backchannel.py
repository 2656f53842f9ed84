"""Telling modules that a sign-in has ended (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlencode

from nexus.signins import minting

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 2
PATH = "/auth/backchannel-logout"


@dataclass(frozen=True, slots=True)
class Notice:
    """One module to tell of one ended sign-in."""

    url: str
    client_id: str
    user_id: uuid.UUID
    sid: uuid.UUID


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A logout token goes to the registered address and to no other."""

    def redirect_request(self, *_args: object) -> None:
        return None


# Without the proxies of the environment: modules are reached directly.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="backchannel")


def send(notices: Sequence[Notice]) -> None:
    """Post a logout token to each module, in parallel; wait for them a little, never long.

    Failures are logged and not retried: the life of an access token is the bound.
    """
    tokens = [
        minting.logout_token(client_id=notice.client_id, sub=notice.user_id, sid=notice.sid)
        for notice in notices
    ]
    posts = [_pool.submit(_post, *pair) for pair in zip(notices, tokens, strict=True)]
    wait(posts, timeout=TIMEOUT_SECONDS + 0.5)


def _post(notice: Notice, token: str) -> None:
    request = urllib.request.Request(  # noqa: S310 - http(s) only, by a constraint on Module.url
        notice.url + PATH, data=urlencode({"logout_token": token}).encode(), method="POST"
    )
    try:
        with _opener.open(request, timeout=TIMEOUT_SECONDS):
            pass
    except (urllib.error.URLError, HTTPException, OSError) as error:
        logger.warning("Back-channel logout did not reach %s: %s", notice.client_id, error)
