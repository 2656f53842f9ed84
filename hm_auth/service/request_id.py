"""The id of the request being answered; logs and calls to other services carry it along."""

from __future__ import annotations

from contextvars import ContextVar

current: ContextVar[str] = ContextVar("hm_request_id", default="")
