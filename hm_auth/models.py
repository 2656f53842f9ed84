"""What a module keeps of people: who they were at the last refresh, and their sessions."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from hm_auth.permissions import Level
from hm_auth.tokens import Claims


class UserQuerySet(models.QuerySet["User"]):
    def remember(self, claims: Claims) -> None:
        """Write down the person the claims speak of; one statement, whoever else does the same."""
        self.bulk_create(
            [User.from_claims(claims)],
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["username", "display_name", "permission_level", "last_seen_at"],
        )


class User(models.Model):
    """A copy of a person in Nexus, made at sign-in and refresh so that rows can refer to it.

    No password, no e-mail address: Nexus is the only source of identity. Usernames may change hands
    in Nexus, so only ``id`` is unique.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150)
    display_name = models.CharField(max_length=200, blank=True)
    permission_level = models.CharField(
        max_length=20, choices=[(level.value, level.value.capitalize()) for level in Level]
    )
    last_seen_at = models.DateTimeField(auto_now=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_authenticated = True
    is_anonymous = False
    is_active = True  # Nexus gives no token to anybody who is not
    is_staff = False

    # Known only while this person is the one asking; a row from the table does not say.
    claims: Claims | None = None
    company_id: uuid.UUID | None = None
    tokens: Any = None  # of a sign-in under way, from the backend to the view

    objects = UserQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(permission_level__in=[level.value for level in Level]),
                name="hm_auth_user_level_known",
            ),
        )

    def __str__(self) -> str:
        return self.display_name or self.username

    @classmethod
    def from_claims(cls, claims: Claims) -> User:
        """Build the user a token speaks of, without a query."""
        user = cls(
            id=claims.sub,
            username=claims.username[:150],
            display_name=claims.name[:200],
            permission_level=claims.permission_level.value,
        )
        user._state.adding = False
        user.claims = claims
        user.company_id = claims.company
        return user

    def get_username(self) -> str:
        return self.username

    def get_full_name(self) -> str:
        return str(self)

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002 - as Django calls it
        """Django's own permissions are not used; ask for a capability."""
        return False

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002
        return False


class Session(AbstractBaseSession):
    """A session, with the sign-in it belongs to.

    The token columns are written by ``hm_auth.session`` under a row lock, never together with
    ``session_data``: a page that saves its session late must not bring old tokens back.
    """

    sid = models.UUIDField(null=True, db_index=True)
    user_id = models.UUIDField(null=True, db_index=True)
    access_token = models.TextField(blank=True)
    refresh_token = models.TextField(blank=True)
    access_expires_at = models.DateTimeField(null=True)
    claims = models.JSONField(null=True)
    next_refresh_at = models.DateTimeField(null=True, help_text="Nexus is left alone until then.")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sid__isnull=True)
                | models.Q(
                    user_id__isnull=False, access_expires_at__isnull=False, claims__isnull=False
                ),
                name="hm_auth_session_whole_or_anonymous",
            ),
        )

    @classmethod
    def get_session_store_class(cls) -> Any:
        from hm_auth.session import SessionStore

        return SessionStore
