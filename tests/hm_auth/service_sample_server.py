"""A server as main.py makes it, without Django; its arguments are PORT and PROXIES."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))

from hm_auth.service.proxies import behind_proxies
from hm_auth.service.server import Server


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slow":
        say("begun")
        time.sleep(1)
    length = len(environ["wsgi.input"].read())
    seen = {
        key: value
        for key, value in environ.items()
        if key in {"REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST"} or "FORWARDED" in key
    }
    body = json.dumps(seen | {"length": length}).encode()
    if environ["PATH_INFO"] == "/slow":
        body += b"x" * 5_000_000  # more than the socket takes at once
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


if __name__ == "__main__":
    port, proxies = int(sys.argv[1]), [item for item in sys.argv[2].split(",") if item]
    server = Server(
        behind_proxies(application, proxies),
        host="127.0.0.1",
        port=port,
        threads=4,
        max_request_bytes=1000,
    )
    say("listening")
    server.run()
    say("stopped")
