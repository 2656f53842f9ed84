"""Reporting errors to Sentry, where SENTRY_DSN asks for it: nothing is imported before.

What is sent is the exception, its stack without the values of variables, and the route it happened
at. No person, no address (a mailed link has its token in it), no cookie, no header but a few
harmless ones, no body, no breadcrumbs; every text passes the same net as the log lines.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hm_auth.service import request_id
from hm_auth.service.config import ConfigError
from hm_auth.service.logs import redact

_HEADERS = frozenset({"host", "accept", "content-type", "content-length", "user-agent"})
_LEFT_OUT = frozenset({"user", "breadcrumbs", "extra", "modules", "server_name"})


def start(dsn: str, *, service: str, **options: Any) -> None:
    """Report errors of this process from now on. Raises ConfigError when it cannot be.

    ``options`` are sentry_sdk's own, such as ``transport`` and ``release``.
    """
    import sentry_sdk

    try:
        sentry_sdk.init(
            dsn=dsn,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            traces_sample_rate=None,
            trace_propagation_targets=[],
            auto_session_tracking=False,
            before_send=scrubbed,
            **options,
        )
    except sentry_sdk.utils.BadDsn as error:
        raise ConfigError(f"SENTRY_DSN is not an address of Sentry: {error}.") from None
    sentry_sdk.set_tag("service", service)


def scrubbed(event: Any, _hint: Any = None) -> Any:
    """Return the event without what could name a person or open a door."""
    kept = {key: value for key, value in event.items() if key not in _LEFT_OUT}
    if request := kept.get("request"):
        headers = request.get("headers") or {}
        kept["request"] = {
            "method": request.get("method"),
            "headers": {k: v for k, v in headers.items() if k.lower() in _HEADERS},
        }
    if entry := kept.get("logentry"):  # its parameters may be a bare password
        kept["logentry"] = {"message": entry.get("formatted") or entry.get("message")}
    kept["tags"] = {**(kept.get("tags") or {}), "request_id": request_id.current.get()}
    return _clean(kept)


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, Mapping):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner) for inner in value]
    return value
