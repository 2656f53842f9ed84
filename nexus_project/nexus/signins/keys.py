"""The signing keys of this installation: which one signs now, and which ones the world sees."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from cryptography.fernet import InvalidToken as Undecipherable
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from jwt.algorithms import ECAlgorithm

from hm_auth.tokens import ALGORITHM
from nexus.signins import audit, rules, secret_keys
from nexus.signins.models import EventKind, SigningKey

#: Every process looks at the table again after this long; a new key is announced far earlier.
CACHE_SECONDS = 15
#: How long others may keep the key set, said in its Cache-Control.
JWKS_MAX_AGE = 300
#: A new key signs only when every copy of the key set made before it has expired.
LEAD = timedelta(seconds=2 * JWKS_MAX_AGE + 60)


class KeyPending(Exception):
    """A key cannot be announced now; the message says why and when it can."""


@dataclass(frozen=True, slots=True)
class LoadedKey:
    """A signing key ready for use in this process."""

    kid: str
    signs_from: datetime
    private: ec.EllipticCurvePrivateKey

    @property
    def public(self) -> ec.EllipticCurvePublicKey:
        return self.private.public_key()


class _Ring:
    """The keys as this process knows them."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.loaded_at = float("-inf")
        self.keys: list[LoadedKey] = []

    def current(self) -> list[LoadedKey]:
        if time.monotonic() - self.loaded_at > CACHE_SECONDS:
            self.reload()
        return self.keys

    def reload(self) -> list[LoadedKey]:
        with self.lock:
            known = {key.kid: key for key in self.keys}
            rows = SigningKey.objects.order_by("signs_from")
            self.keys = [known.get(row.kid) or _load(row) for row in rows]
            self.loaded_at = time.monotonic()
            return self.keys


_ring = _Ring()


def forget() -> None:
    """Drop what this process knows, so that the next use reads the table."""
    _ring.keys = []
    _ring.loaded_at = float("-inf")


def signing_key() -> LoadedKey:
    """Return the key that signs now. Raises ImproperlyConfigured when there is none."""
    for keys in (_ring.current, _ring.reload):  # the first key may have been made a moment ago
        known = keys()
        index = rules.signing_index(known, now=timezone.now())
        if index is not None:
            return known[index]
    raise ImproperlyConfigured("Nexus has no signing key: run `manage.py default_data`.")


def verification_keys(kid: str) -> dict[str, ec.EllipticCurvePublicKey]:
    """Return ``kid -> public key`` for our own tokens; an unknown ``kid`` makes us look again."""
    keys = {key.kid: key.public for key in _ring.current()}
    # At most once a second, so that nonsense tokens do not become a query each.
    if kid not in keys and time.monotonic() - _ring.loaded_at > 1:
        keys = {key.kid: key.public for key in _ring.reload()}
    return keys


def jwks() -> dict[str, Any]:
    """Return the public key set (RFC 7517): from the table, so that no key is ever used unseen."""
    rows = list(SigningKey.objects.order_by("signs_from"))
    shown = rules.useful_indexes(rows, now=timezone.now(), token_life=_token_life())
    return {"keys": [rows[index].public_jwk for index in shown]}


@transaction.atomic
def announce_key(*, at_once: bool = False) -> SigningKey:
    """Make a key and publish it; it signs after LEAD, or now if ``at_once`` or if it is the first.

    Raises KeyPending while two keys are published already (unless ``at_once``).
    """
    now = timezone.now()
    # The lock makes two commands at once take turns; an empty table has no row to lock.
    rows = list(SigningKey.objects.select_for_update().order_by("signs_from"))
    remove_useless_keys()
    kept = rules.useful_indexes(rows, now=now, token_life=_token_life())
    if len(kept) >= 2 and not at_once:
        raise KeyPending(_why_pending(rows, now))
    signs_from = now + LEAD if rows and not at_once else now
    key = _make(signs_from)
    audit.record(EventKind.KEY_ANNOUNCED, detail={"kid": key.kid, "from": signs_from.isoformat()})
    transaction.on_commit(forget)
    return key


@transaction.atomic
def remove_useless_keys(*, all_but: str | None = None) -> int:
    """Remove the keys that can verify nothing any more; with ``all_but`` every key but that one."""
    rows = list(SigningKey.objects.order_by("signs_from"))
    useful = rules.useful_indexes(rows, now=timezone.now(), token_life=_token_life())
    kept = {all_but} if all_but else {rows[index].kid for index in useful}
    gone = [row.kid for row in rows if row.kid not in kept]
    for kid in gone:
        audit.record(EventKind.KEY_REMOVED, detail={"kid": kid})
    SigningKey.objects.filter(kid__in=gone).delete()
    if gone:
        transaction.on_commit(forget)
    return len(gone)


def _why_pending(rows: list[SigningKey], now: datetime) -> str:
    newest = rows[-1]
    if newest.signs_from > now:
        return f"A key is announced already; it signs from {newest.signs_from:%H:%M:%S} UTC."
    free = newest.signs_from + _token_life() + timedelta(minutes=1)
    return f"The old key is still needed for tokens it signed; try again at {free:%H:%M:%S} UTC."


def _make(signs_from: datetime) -> SigningKey:
    private = ec.generate_private_key(ec.SECP256R1())
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    kid = secrets.token_hex(8)
    public = {
        **json.loads(ECAlgorithm.to_jwk(private.public_key())),
        "kid": kid,
        "use": "sig",
        "alg": ALGORITHM,
    }
    return SigningKey.objects.create(
        kid=kid,
        public_jwk=public,
        private_encrypted=secret_keys.vault().encrypt(pem).decode(),
        signs_from=signs_from,
    )


def _load(row: SigningKey) -> LoadedKey:
    try:
        pem = secret_keys.vault().decrypt(row.private_encrypted.encode())
    except Undecipherable as error:
        raise ImproperlyConfigured(
            "The signing key cannot be read: SECRET_KEY is not the one it was made under. Put the "
            "old one into SECRET_KEY_FALLBACKS or run `manage.py rotate_signing_key --compromised`."
        ) from error
    private = load_pem_private_key(pem, password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise ImproperlyConfigured(f"Signing key {row.kid} is not an elliptic curve key.")
    return LoadedKey(kid=row.kid, signs_from=row.signs_from, private=private)


def _token_life() -> timedelta:
    return timedelta(seconds=settings.ACCESS_TOKEN_SECONDS)
