"""Everything that can go wrong between a module and Nexus, named."""

from __future__ import annotations


class HiveMatrixError(Exception):
    """Base of every error of this package; ``code`` is stable and safe to show."""

    code = "error"


class InvalidToken(HiveMatrixError):
    """A token is not acceptable. The reason is for the log, never for the caller."""

    code = "invalid_token"


class NexusUnavailable(HiveMatrixError):
    """Nexus did not answer in time, or answered with a server error."""

    code = "nexus_unavailable"


class NexusRefused(HiveMatrixError):
    """Nexus answered, and the answer is no.

    ``status`` is the HTTP status, ``code`` the stable code of the problem document,
    ``retry_after`` the seconds to wait if Nexus named any.
    """

    def __init__(
        self, status: int, code: str, detail: str = "", retry_after: int | None = None
    ) -> None:
        super().__init__(detail or code)
        self.status = status
        self.code = code
        self.detail = detail
        self.retry_after = retry_after


class PeerUnavailable(HiveMatrixError):
    """Another module did not answer in time, or not with what was asked for."""

    code = "module_unavailable"
