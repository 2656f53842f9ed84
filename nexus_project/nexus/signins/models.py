"""Sign-ins, the refresh chains that hang on them, signing keys, and what happened when."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from nexus.modules.models import Module


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


class SignIn(models.Model):
    """One act of proving who you are; its id is the ``sid`` claim. Every module shares it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(db_index=True, help_text="However often it is refreshed.")
    ip_address = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=50, blank=True)


class RefreshChain(models.Model):
    """The refresh tokens of one module in one sign-in. Tokens are derived, never stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE, related_name="chains")
    module = models.ForeignKey(Module, null=True, on_delete=models.CASCADE)  # null: ``direct``
    counter = models.PositiveIntegerField(default=0)
    rotated_at = models.DateTimeField(default=timezone.now)


class LoginCode(models.Model):
    """A one-time code that carries a sign-in from one module to another; stored hashed."""

    code_hash = models.CharField(primary_key=True, max_length=64)
    sign_in = models.ForeignKey(SignIn, on_delete=models.CASCADE)
    module = models.ForeignKey(Module, on_delete=models.CASCADE)
    expires_at = models.DateTimeField(db_index=True)


class Throttle(models.Model):
    """Failed guesses against one account or from one address."""

    key = models.CharField(primary_key=True, max_length=100)
    failures = models.PositiveIntegerField(default=0)
    last_failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)


class Event(models.Model):
    """The audit trail of identity; rows are only ever added (a trigger refuses the rest)."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    kind = models.CharField(max_length=40, db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    acting_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    username = models.CharField(max_length=150, blank=True)
    ip_address = models.GenericIPAddressField(null=True)
    client_id = models.CharField(max_length=50, blank=True)
    detail = models.JSONField(default=dict)
