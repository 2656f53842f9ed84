"""Whether a service answers, asked as Caddy asks it."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from http.client import HTTPException

from deploy.local.console import Problem, say
from deploy.local.services import Service

SECONDS = 90


def wait_ready(
    service: Service, port: int, *, given_up: Callable[[], str], seconds: float = SECONDS
) -> None:
    """Wait until /readyz of ``service`` answers 200.

    Raises Problem when time is up, or as soon as ``given_up`` says why waiting is of no use.
    """
    url = f"http://127.0.0.1:{port}/readyz"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not (answer := _problem(url)):
            say(f"{service.title} is ready")
            return
        if why := given_up():
            raise Problem(why)
        time.sleep(0.5)
    raise Problem(
        f"{service.title} is not ready after {seconds:.0f} s ({answer}). Its own words: "
        f"journalctl -u hivematrix-{service.name} -n 50"
    )


def _problem(url: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        return f"/readyz answers {error.code}"
    except (OSError, HTTPException) as error:
        return str(getattr(error, "reason", error))
