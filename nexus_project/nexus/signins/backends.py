"""Checking a username and password through Django's ``authenticate``."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from nexus.accounts.models import User
from nexus.accounts.rules import may_authenticate
from nexus.modules.models import NEXUS
from nexus.signins import passwords
from nexus.signins.exceptions import InvalidCredentials


class PasswordBackend(BaseBackend):
    """The throttled check; TooManyAttempts passes through, so that a page can say how long."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **_others: Any,
    ) -> User | None:
        if request is None or not username or password is None:
            return None
        ip = request.META.get("REMOTE_ADDR")
        try:
            proof = passwords.prove(username=username, password=password, ip=ip, client_id=NEXUS)
        except InvalidCredentials:
            return None
        user: User = proof.user
        user.proof = proof  # type: ignore[attr-defined]
        return user

    def get_user(self, user_id: uuid.UUID) -> User | None:
        user = User.objects.select_related("company").filter(pk=user_id).first()
        return user if user is not None and may_authenticate(user) else None
