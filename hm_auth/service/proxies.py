"""Whose word about a visitor's address is believed."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from waitress.proxy_headers import proxy_headers_middleware

from hm_auth.service.config import ConfigError

WSGIApplication = Callable[[dict[str, Any], Any], Iterable[bytes]]

_PEER = "hm.peer"


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
    believe: WSGIApplication = proxy_headers_middleware(
        _with_real_address(application),
        trusted_proxy="*",
        trusted_proxy_headers={"x-forwarded-for", "x-forwarded-proto"},
        clear_untrusted=True,
    )
    disbelieve: WSGIApplication = proxy_headers_middleware(application, clear_untrusted=True)

    def choose(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[_PEER] = environ["REMOTE_ADDR"]
        peer = ipaddress.ip_address(environ["REMOTE_ADDR"].partition("%")[0])
        chosen = believe if any(peer in network for network in networks) else disbelieve
        return chosen(environ, start_response)

    return choose


def _with_real_address(application: WSGIApplication) -> WSGIApplication:
    """Fall back to the proxy's own address when it reports something that is none."""

    def checked(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            ipaddress.ip_address(environ["REMOTE_ADDR"])
        except ValueError:
            environ["REMOTE_ADDR"] = environ[_PEER]
        return application(environ, start_response)

    return checked
