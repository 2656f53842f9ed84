"""The modules of this installation. A module is also an OAuth client and a service account."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from hm_auth.permissions import Level
from nexus.modules.queries import ModuleQuerySet
from nexus.modules.rules import URL_PATTERN

NEXUS = "nexus"
SHORTEST_SECRET = 16
ALWAYS_OPEN = "Nexus is where everybody signs in: it stays on, and open to every level."


def every_level() -> list[str]:
    return [level.value for level in Level]


@pghistory.track(exclude=["secret_hash"], append_only=True)
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

    objects = ModuleQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(client_id__regex=r"^[a-z][a-z0-9-]*$"), name="module_client_id_plain"
            ),
            models.CheckConstraint(
                condition=Q(url__regex=URL_PATTERN),
                name="module_url_plain",
                violation_error_message="Give http(s)://host, without query and final slash.",
            ),
            models.CheckConstraint(
                condition=Q(levels__contained_by=every_level()),
                name="module_levels_known",
                violation_error_message="That is not a permission level.",
            ),
            models.CheckConstraint(
                condition=~Q(client_id=NEXUS) | Q(is_active=True, levels__contains=every_level()),
                name="module_nexus_open_to_all",
                violation_error_message=ALWAYS_OPEN,
            ),
        )

    def __str__(self) -> str:
        return self.name

    def new_secret(self) -> str:
        """Set and return a new random secret; only its SHA-256 is kept (it has 256 random bits)."""
        return self.use_secret(secrets.token_urlsafe(32))

    def use_secret(self, secret: str) -> str:
        """Set and return a secret made elsewhere. Raises ValidationError for one easily guessed."""
        if len(secret) < SHORTEST_SECRET:
            raise ValidationError(f"A module secret has at least {SHORTEST_SECRET} characters.")
        self.secret_hash = hashlib.sha256(secret.encode()).hexdigest()
        return secret

    def has_secret(self, secret: str) -> bool:
        """Compare in constant time; False when the module has no secret."""
        digest = hashlib.sha256(secret.encode()).hexdigest()
        return bool(self.secret_hash) and hmac.compare_digest(self.secret_hash, digest)
