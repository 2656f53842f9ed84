"""People who sign in. One row here is one user in every module."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

import pghistory
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from hm_auth.permissions import Level
from nexus.accounts.queries import UserQuerySet
from nexus.accounts.rules import has_hidden_characters, is_plain_username
from nexus.directory.models import Company


def check_username(value: str) -> None:
    """Raise ValidationError unless ``value`` can be told from every other username by eye."""
    if not is_plain_username(value):
        raise ValidationError(
            "Use letters and digits and . _ - @ + only: no spaces and no special forms of letters."
        )


def check_full_name(value: str) -> None:
    """Raise ValidationError when ``value`` has characters that cannot be seen."""
    if has_hidden_characters(value):
        raise ValidationError("This has invisible characters in it. Type the name anew.")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Look-ups that ignore case, and the only way a user is born."""

    def get_by_natural_key(self, username: str | None) -> User:
        user: User = self.named(username or "").get()
        return user

    def create_user(
        self, *, username: str, email: str, password: str | None, **fields: Any
    ) -> User:
        """Create a user; ``password=None`` leaves the account without a usable one (invitation)."""
        user: User = self.model(username=username, email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user


@pghistory.track(exclude=["password"], append_only=True)
class User(AbstractBaseUser):
    """A person with an account; ``permission_level`` decides everything they may do."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=150, validators=[check_username])
    email = models.EmailField()
    full_name = models.CharField(max_length=200, validators=[check_full_name])
    permission_level = models.CharField(
        max_length=20, choices=[(level.value, level.value.capitalize()) for level in Level]
    )
    company = models.ForeignKey(
        Company,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="users",
        help_text="Only for clients: the company whose data they may see.",
    )
    is_active = models.BooleanField("active", default=True)
    not_before = models.DateTimeField(
        null=True, blank=True, help_text="Sign-ins and tokens older than this are void."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    last_login = None  # the sign-ins say it, and a sign-in need not write this row

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email", "full_name", "permission_level"]

    objects = UserManager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("username"),
                name="user_username_unique",
                violation_error_message="This username is taken (upper and lower case are the same).",  # noqa: E501
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_unique",
                violation_error_message="Another user has this e-mail address.",
            ),
            models.CheckConstraint(
                condition=Q(permission_level="client", company__isnull=False)
                | (~Q(permission_level="client") & Q(company__isnull=True)),
                name="user_client_has_company",
                violation_error_message="A client belongs to a company, and nobody else does.",
            ),
            models.CheckConstraint(
                condition=Q(permission_level__in=[level.value for level in Level]),
                name="user_level_known",
            ),
        )

    def __str__(self) -> str:
        return self.full_name or self.username

    def clean(self) -> None:
        """A linked contact is of the same company; the directory holds that by a foreign key."""
        super().clean()
        contact = None if self._state.adding else getattr(self, "contact", None)
        if contact is not None and contact.company_id != self.company_id:
            linked = f"The contact {contact} of {contact.company} has this account; unlink it."
            raise ValidationError({"company": linked})

    def get_full_name(self) -> str:
        return self.full_name

    @property
    def is_staff(self) -> bool:
        """Whether the Django admin lets this user in."""
        return self.permission_level == Level.ADMIN

    def has_perm(self, perm: str, obj: object = None) -> bool:  # noqa: ARG002 - Django asks so
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:  # noqa: ARG002 - Django asks so
        return self.is_active and self.is_staff
