"""Waitress with two things it lacks: several trusted proxies, an end that loses no answer."""

from __future__ import annotations

import ipaddress
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.proxy_headers import proxy_headers_middleware
from waitress.server import BaseWSGIServer, create_server

from hm_auth.service.config import ConfigError

WSGIApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

STOP_SECONDS = 25  # systemd kills after 90 by default


def behind_proxies(application: WSGIApplication, trusted: Sequence[str]) -> WSGIApplication:
    """Let Django see the address and scheme that a ``trusted`` proxy reports, and no other's.

    ``trusted`` are addresses or networks. From anybody else every forwarding header is removed, so
    REMOTE_ADDR is whoever opened the connection. Of a list in X-Forwarded-For only the last entry
    counts, the one the proxy itself added. Raises ConfigError.
    """
    try:
        networks = [ipaddress.ip_network(item) for item in trusted]
    except ValueError as error:
        raise ConfigError(f"TRUSTED_PROXIES: {error}.") from None
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    believe: WSGIApplication = proxy_headers_middleware(
        application, trusted_proxy="*", trusted_proxy_headers=headers, clear_untrusted=True
    )
    disbelieve: WSGIApplication = proxy_headers_middleware(application, clear_untrusted=True)

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        peer = ipaddress.ip_address(environ["REMOTE_ADDR"].partition("%")[0])
        chosen = believe if any(peer in network for network in networks) else disbelieve
        return chosen(environ, start_response)

    return choose


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
                application,
                map=self._map,
                host=host,
                port=port,
                threads=threads,
                ident=None,
                max_request_body_size=max_request_bytes,
                clear_untrusted_proxy_headers=False,  # behind_proxies does it
            )
        except ValueError:
            raise OSError(f"{host} is not an address or a known host name") from None
        self._listeners = [s for s in self._map.values() if isinstance(s, BaseWSGIServer)]

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then finish the requests that have begun."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while not self._stopping:
            wasyncore.loop(timeout=1, map=self._map, count=1)
        self._finish()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True
        self._listeners[0].pull_trigger()  # wakes the loop

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
