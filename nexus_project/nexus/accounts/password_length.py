"""The longest password: as long as the sign-in page and the API take one."""

from __future__ import annotations

from django.core.exceptions import ValidationError

LONGEST = 1024  # more says nothing more, and hashing it is work for whoever sends it


class MaximumLengthValidator:
    """A password validator (``AUTH_PASSWORD_VALIDATORS``). Raises ValidationError."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - Django's hook
        if len(password) > LONGEST:
            raise ValidationError(self.get_help_text(), code="password_too_long")

    def get_help_text(self) -> str:
        return f"Your password may have {LONGEST} characters at most."
