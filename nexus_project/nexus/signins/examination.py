"""What ``hm doctor`` is told of the signing keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from hm_auth.service.findings import Finding, fail, ok, warn
from nexus.signins import keys
from nexus.signins.models import SigningKey

_OLD = timedelta(days=45)  # the timer makes a new one every month


def signing_keys() -> Iterator[Finding]:
    """Tell which key signs, since when, and which one comes next."""
    now = timezone.now()
    try:
        current = keys.signing_key()
    except ImproperlyConfigured as error:
        yield fail("signing keys", str(error), "Nobody can sign in until this is put right.")
        return
    age = now - current.signs_from
    following = SigningKey.objects.filter(signs_from__gt=now).order_by("signs_from").first()
    coming = f"; {following.kid} follows at {following.signs_from:%H:%M} UTC" if following else ""
    text = f"{current.kid} signs, {age.days} days old, {_published()} published{coming}"
    if age > _OLD:
        yield warn("signing keys", text, "The monthly timer of rotate_signing_key does not run.")
    else:
        yield ok("signing keys", text)


def _published() -> int:
    return len(keys.jwks()["keys"])
