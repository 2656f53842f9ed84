"""Waitress with what it lacks: an end that loses no answer, and answers to HEAD."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterable
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.server import BaseWSGIServer, create_server

from hm_auth.service.proxies import WSGIApplication

STOP_SECONDS = 25  # systemd kills after 90 by default


class _Waker(wasyncore.dispatcher):  # type: ignore[misc] # Waitress has no types
    """Wakes the loop when a signal comes: the kernel may hand it to a thread that does not loop."""

    def __init__(self, loop_map: dict[int, Any]) -> None:
        reading, self._writing = socket.socketpair()
        self._writing.setblocking(False)
        super().__init__(reading, loop_map)
        signal.set_wakeup_fd(self._writing.fileno())

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        self.recv(64)


def _bodiless_for_head(application: WSGIApplication) -> WSGIApplication:
    """Send no body in answer to HEAD (RFC 9110, section 9.3.2).

    Django leaves that to the server and Waitress to the application; what came of both was taken
    for the beginning of the next answer on the connection.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if close := getattr(body, "close", None):
            close()
        return []

    return answer


class Server:
    """One service's server. The socket is bound on construction, which raises OSError."""

    def __init__(
        self,
        application: WSGIApplication,
        *,
        host: str,
        port: int,
        threads: int,
        max_request_bytes: int,
    ) -> None:
        self._map: dict[int, Any] = {}
        self._stopping = False
        try:
            self._server = create_server(
                _bodiless_for_head(application),
                map=self._map,
                host=host,
                port=port,
                threads=threads,
                ident=None,
                max_request_body_size=max_request_bytes,
                max_request_header_size=32 * 1024,  # cookies, a token and a long address
                clear_untrusted_proxy_headers=False,  # proxies.py does it
            )
        except ValueError:
            raise OSError(f"{host} is not an address or a known host name") from None
        self._listeners = [s for s in self._map.values() if isinstance(s, BaseWSGIServer)]

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then finish the requests that have begun."""
        _Waker(self._map)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            wasyncore.loop(timeout=1, map=self._map, count=1)
        self._finish()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _finish(self) -> None:
        for listener in self._listeners:
            wasyncore.dispatcher.close(listener)  # not its own close(): answers need the trigger
        deadline = time.monotonic() + STOP_SECONDS
        while self._busy() and time.monotonic() < deadline:
            wasyncore.loop(timeout=0.1, map=self._map, count=1)
        self._listeners[0].task_dispatcher.shutdown(timeout=1)

    def _busy(self) -> bool:
        channels = [c for listener in self._listeners for c in listener.active_channels.values()]
        return any(channel.requests or channel.total_outbufs_len for channel in channels)
