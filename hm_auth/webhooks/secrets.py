"""Secrets of endpoints are kept encrypted: they are needed to sign, so a hash would not do.

SECRET_KEY_FALLBACKS are honoured: what was made under an older key stays readable.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from hm_auth.exceptions import HiveMatrixError

PURPOSE = b"hivematrix webhook secret"


class SecretLost(HiveMatrixError):
    """The secret was encrypted with a SECRET_KEY that is gone."""

    code = "secret_lost"


def seal(secret: str) -> str:
    """Encrypt ``secret``."""
    return _vault().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what ``seal`` made. Raises SecretLost."""
    try:
        return _vault().decrypt(sealed.encode()).decode()
    except InvalidToken as problem:
        raise SecretLost("SECRET_KEY has changed; make a new secret.") from problem


def _vault() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(_derive(str(key))) for key in keys])


def _derive(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode())
    return base64.urlsafe_b64encode(made)
