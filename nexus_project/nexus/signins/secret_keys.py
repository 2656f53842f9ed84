"""Keys derived from SECRET_KEY, one per purpose, so that none can be used for another.

SECRET_KEY_FALLBACKS are honoured: what was made under an older secret stays readable.
"""

from __future__ import annotations

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


def refresh_keys() -> list[bytes]:
    """Return the keys refresh tokens are checked with; they are made with the first."""
    return [_derive(secret, b"hivematrix refresh token") for secret in _secrets()]


def vault() -> MultiFernet:
    """Return what encrypts the private signing keys."""
    purpose = b"hivematrix signing key"
    keys = (base64.urlsafe_b64encode(_derive(secret, purpose)) for secret in _secrets())
    return MultiFernet([Fernet(key) for key in keys])


def _secrets() -> list[str]:
    return [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


@lru_cache(maxsize=16)
def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
