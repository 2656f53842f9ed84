"""Finding users; by index, and without regard to case."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, Max, OuterRef, Value
from django.db.models.functions import Lower

from hm_auth.permissions import Level


class UserQuerySet(models.QuerySet[Any]):
    def named(self, username: str) -> Self:
        """The user of this name, whatever its case (served by the index of the constraint)."""
        return self.alias(lower_name=Lower("username")).filter(lower_name=Lower(Value(username)))

    def with_address(self, email: str) -> Self:
        """The user of this e-mail address, whatever its case."""
        return self.alias(lower_mail=Lower("email")).filter(lower_mail=Lower(Value(email)))

    def active_admins(self) -> Self:
        return self.filter(is_active=True, permission_level=Level.ADMIN)

    def other_admins(self, user: Any) -> Self:
        """The active admins besides ``user``."""
        return self.active_admins().exclude(pk=user.pk)

    def with_last_sign_in(self) -> Self:
        """Add ``last_signed_in_at``."""
        return self.annotate(last_signed_in_at=Max("sign_ins__created_at"))

    def knowing_address(self, ip: str | None, *, since: datetime) -> Self:
        """Add ``from_known_address``: whether the user signed in from ``ip`` since then."""
        sign_ins = apps.get_model("signins", "SignIn").objects.filter(
            user=OuterRef("pk"), ip_address=ip, created_at__gte=since
        )
        return self.annotate(from_known_address=Exists(sign_ins) if ip else Value(False))
