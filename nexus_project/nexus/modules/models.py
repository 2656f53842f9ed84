"""The modules of this installation. A module is also an OAuth client and a service account."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from hm_auth.permissions import Level


def every_level() -> list[str]:
    return [level.value for level in Level]


class Module(models.Model):
    """A service people can open. Nexus itself has a row, ``nexus``, without a secret."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    client_id = models.CharField(
        max_length=50,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*$", "Small letters, digits and hyphens.")],
    )
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=200, blank=True)
    url = models.URLField(help_text="Where a browser finds it, without a final slash.")
    icon = models.CharField(max_length=50, default="box", help_text="Name of a Lucide icon.")
    position = models.PositiveSmallIntegerField(default=100)
    levels = ArrayField(
        models.CharField(max_length=20),
        default=every_level,
        help_text="Permission levels that may open this module.",
    )
    scopes = ArrayField(
        models.CharField(max_length=50),
        default=list,
        blank=True,
        help_text="What the module may do for itself, such as directory:read.",
    )
    secret_hash = models.CharField(max_length=64, blank=True, editable=False)
    is_active = models.BooleanField("active", default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name

    def new_secret(self) -> str:
        """Set and return a new random secret; only its SHA-256 is kept (it has 256 random bits)."""
        secret = secrets.token_urlsafe(32)
        self.secret_hash = hashlib.sha256(secret.encode()).hexdigest()
        return secret

    def has_secret(self, secret: str) -> bool:
        """Compare in constant time; False when the module has no secret."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return bool(self.secret_hash) and hmac.compare_digest(self.secret_hash, digest)
