"""Sign-ins, the refresh chains that hang on them, signing keys, and what happened when."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from nexus.modules.models import Module
from nexus.signins.queries import EventQuerySet, SignInQuerySet


class SigningKey(models.Model):
    """An ES256 key. It signs from ``signs_from`` until a newer key does; JWKS shows it earlier.

    The private half is encrypted with a key derived from SECRET_KEY, so a database dump alone
    signs nothing.
    """

    kid = models.CharField(primary_key=True, max_length=64)
    public_jwk = models.JSONField()
    private_encrypted = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    signs_from = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["signs_from"], name="signingkey_one_at_a_time"),
        )

    def __str__(self) -> str:
        return self.kid


class SignIn(models.Model):
    """One act of proving who you are; its id is the ``sid`` claim. Every module shares it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    created_at = models.DateTimeField(default=timezone.now)
    authenticated_at = models.DateTimeField(
        default=timezone.now, help_text="When the password was last given (auth_time in OpenID)."
    )
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True, help_text="However often it is refreshed.")
    ip_address = models.GenericIPAddressField("address", null=True)
    user_agent = models.CharField("device", max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=50, blank=True)
    api_token = models.ForeignKey(
        "api_tokens.ApiToken",
        null=True,
        on_delete=models.CASCADE,
        related_name="sign_ins",
        verbose_name="API token",
        help_text="What a program proved itself with, in place of a password.",
    )

    objects = SignInQuerySet.as_manager()

    class Meta:
        verbose_name = "sign-in"
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_reason="")
                | (Q(ended_at__isnull=False) & ~Q(ended_reason="")),
                name="signin_end_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="signin_expires_later"
            ),
        )
        indexes = (models.Index(fields=["last_used_at", "id"], name="signin_by_last_use"),)

    def __str__(self) -> str:
        return f"{self.user_agent or 'Unknown device'} ({self.ip_address or 'unknown address'})"


class RefreshChain(models.Model):
    """The refresh tokens of one module in one sign-in. Tokens are derived, never stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="chains")
    module = models.ForeignKey(Module, null=True, on_delete=models.CASCADE)  # null: ``direct``
    counter = models.PositiveIntegerField(default=0)
    rotated_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.id)


class LoginCode(models.Model):
    """A one-time code that carries a sign-in from one module to another; stored hashed."""

    code_hash = models.CharField(primary_key=True, max_length=64)
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE)
    module = models.ForeignKey(Module, on_delete=models.CASCADE)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"code for {self.module_id}"


class Throttle(models.Model):
    """Failed guesses against one account or from one address."""

    key = models.CharField(primary_key=True, max_length=100)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField(db_index=True)
    blocked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.key


class EventKind(models.TextChoices):
    """What the audit trail of identity tells of."""

    SIGN_IN = "sign_in", "Signed in"
    SIGN_IN_JOINED = "sign_in_joined", "Opened by a sign-in elsewhere"
    SIGN_IN_REFUSED = "sign_in_refused", "Sign-in refused"
    THROTTLED = "throttled", "Too many attempts"
    SIGN_IN_ENDED = "sign_in_ended", "Sign-in ended"
    REFRESH_REUSED = "refresh_reused", "Old refresh token used again"
    USER_CREATED = "user_created", "User created"
    USER_INVITED = "user_invited", "User invited"
    USER_DISABLED = "user_disabled", "User disabled"
    USER_ENABLED = "user_enabled", "User enabled"
    LEVEL_CHANGED = "level_changed", "Permission level changed"
    COMPANY_CHANGED = "company_changed", "Company changed"
    PASSWORD_CHANGED = "password_changed", "Password changed"
    PASSWORD_SET = "password_set", "Password set by an admin"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere", "Signed out everywhere"
    API_TOKEN_CREATED = "api_token_created", "API token created"
    API_TOKEN_REVOKED = "api_token_revoked", "API token revoked"
    CLIENT_REFUSED = "client_refused", "Module credentials refused"
    MODULE_REGISTERED = "module_registered", "Module registered"
    MODULE_CHANGED = "module_changed", "Module changed"
    MODULE_SECRET = "module_secret", "New module secret"
    KEY_ANNOUNCED = "key_announced", "Signing key announced"
    KEY_REMOVED = "key_removed", "Signing key removed"


class Event(models.Model):
    """The audit trail of identity; rows are only ever added (a trigger refuses the rest).

    Users are named by their id without a foreign key: a row must outlive whom it tells of, and a
    key that is set to null would be a change.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=40, choices=EventKind.choices, db_index=True)
    user_id = models.UUIDField("user", null=True)
    acting_user_id = models.UUIDField("done by", null=True)
    username = models.CharField(max_length=150, blank=True)
    ip_address = models.GenericIPAddressField("address", null=True)
    client_id = models.CharField("module", max_length=50, blank=True)
    detail = models.JSONField(default=dict)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["user_id", "-id"], name="event_by_user"),
            models.Index(fields=["username", "-id"], name="event_by_username"),
            models.Index(fields=["ip_address", "-id"], name="event_by_address"),
        )
        triggers = (
            pgtrigger.Protect(name="only_added", operation=pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.username}".strip()
