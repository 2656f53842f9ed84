"""Why Nexus says no. ``code`` is stable and public; the true reason is in the audit trail."""

from __future__ import annotations


class Refused(Exception):
    """A request for a sign-in, a token or a code is refused."""

    status = 401
    code = "refused"
    detail = "Refused."
    retry_after: int | None = None

    def __str__(self) -> str:
        return self.detail


class InvalidCredentials(Refused):
    """The same for an unknown user, a wrong password and a disabled account."""

    code = "invalid_credentials"
    detail = "The username or the password is not right."


class TooManyAttempts(Refused):
    """Guessing is slowed down; ``retry_after`` is in seconds."""

    status = 429
    code = "too_many_attempts"
    detail = "Too many attempts. Wait a little and try again."

    def __init__(self, retry_after: int) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class InvalidClient(Refused):
    """The module's own credentials are missing or wrong (RFC 6749, section 5.2)."""

    code = "invalid_client"
    detail = "The client id or the client secret is not right."


class InvalidRefresh(Refused):
    """The refresh token is not good any more, or never was: sign in again."""

    code = "invalid_refresh"
    detail = "This sign-in has ended. Sign in again."


class RefreshReused(Refused):
    """The refresh token was used before; the whole sign-in has been ended."""

    code = "refresh_reused"
    detail = "This refresh token was used before, so the sign-in was ended. Sign in again."


class InvalidApiToken(Refused):
    """The same for an unknown, an expired and a revoked API token, and for a disabled account."""

    code = "invalid_api_token"
    detail = "This API token is not valid, or not any more."


class InvalidCode(Refused):
    """The one-time code is unknown, used, expired, or another module's."""

    code = "invalid_code"
    detail = "This sign-in code is not valid any more. Try again."


class InvalidSubject(Refused):
    """The access token in the body is void, or of another module than the one that asks."""

    code = "invalid_token"
    detail = "The person's access token is not valid, or was not given to this module."


class ModuleNotAllowed(Refused):
    """The person may not open this module."""

    status = 403
    code = "module_not_allowed"
    detail = "Your account may not open this module."


class DirectClientOff(Refused):
    """This installation gives tokens to modules only (setting ALLOW_DIRECT_CLIENT)."""

    status = 403
    code = "direct_client_off"
    detail = "This installation gives tokens to registered modules only."
