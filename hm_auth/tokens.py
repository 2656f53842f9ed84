"""The one place that verifies a token: access tokens (RFC 9068) and logout tokens (OIDC).

Only ES256 is accepted, the key is picked by ``kid`` from Nexus's own key set, and the header
parameters ``jwk``, ``jku``, ``x5u`` and ``crit`` are never followed. Every claim is checked for its
type: a correctly signed token with odd claims is refused, it does not become a server error.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from hm_auth.exceptions import InvalidToken
from hm_auth.permissions import Level

ALGORITHM = "ES256"
AUDIENCE = "hivematrix"
ACCESS_TYPE = "at+jwt"
LOGOUT_TYPE = "logout+jwt"
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_SECONDS = 5
API_TOKEN_PREFIX = "hm_"  # noqa: S105 - by which one is found that was published by mistake
END_OF_TIME = 253_402_300_800  # the year 10000, which no datetime can hold


@dataclass(frozen=True, slots=True)
class Claims:
    """What Nexus says of a signed-in person. ``iat`` and ``exp`` are seconds since 1970, UTC."""

    sub: uuid.UUID
    sid: uuid.UUID
    jti: str
    client_id: str
    iat: int
    exp: int
    username: str
    name: str
    permission_level: Level
    company: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ServiceClaims:
    """What Nexus says of a module acting for itself; ``sub`` is its client id (RFC 9068, 2.2)."""

    sub: str
    jti: str
    client_id: str
    iat: int
    exp: int
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class LogoutClaims:
    """A back-channel logout: of one sign-in (``sid``) or of everything of a person (``sub``)."""

    sub: uuid.UUID | None
    sid: uuid.UUID | None
    jti: str


KeySet = Mapping[str, Any]  # kid -> public key, as PyJWT takes it


def key_set(jwks: Mapping[str, Any]) -> dict[str, Any]:
    """Turn a JWKS document into ``kid -> public key``; entries that are not ES256 are left out."""
    keys: dict[str, Any] = {}
    for entry in jwks.get("keys", ()):
        if entry.get("kty") == "EC" and entry.get("crv") == "P-256" and "kid" in entry:
            keys[str(entry["kid"])] = jwt.PyJWK(entry, algorithm=ALGORITHM).key
    return keys


def key_id(token: str) -> str:
    """Return the ``kid`` of a token without trusting anything else. Raises InvalidToken."""
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except (jwt.PyJWTError, ValueError) as error:
        raise InvalidToken("unreadable header") from error
    if not isinstance(kid, str):
        raise InvalidToken("no kid")
    return kid


def verify_access(token: str, *, keys: KeySet, issuer: str) -> Claims | ServiceClaims:
    """Check signature, type, issuer, audience, times and the shape of every claim.

    Raises InvalidToken, and nothing else, for whatever is wrong with ``token``.
    """
    payload = _decode(token, keys, issuer=issuer, audience=AUDIENCE, token_type=ACCESS_TYPE)
    try:
        return _service_claims(payload) if "scope" in payload else _person_claims(payload)
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidToken(f"malformed claims: {error!r}") from error


def verify_logout(token: str, *, keys: KeySet, issuer: str, client_id: str) -> LogoutClaims:
    """Check a logout token (OpenID Connect Back-Channel Logout 1.0, section 2.6).

    Raises InvalidToken.
    """
    payload = _decode(token, keys, issuer=issuer, audience=client_id, token_type=LOGOUT_TYPE)
    events = payload.get("events")
    if not isinstance(events, dict) or LOGOUT_EVENT not in events or "nonce" in payload:
        raise InvalidToken("not a logout token")
    try:
        sub = uuid.UUID(_text(payload, "sub")) if "sub" in payload else None
        sid = uuid.UUID(_text(payload, "sid")) if "sid" in payload else None
        jti = _text(payload, "jti")
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidToken(f"malformed claims: {error!r}") from error
    if sub is None and sid is None:
        raise InvalidToken("neither sub nor sid")
    return LogoutClaims(sub=sub, sid=sid, jti=jti)


_ALWAYS = frozenset({"iss", "aud", "sub", "jti", "client_id", "iat", "exp"})
_PERSON = _ALWAYS | {"sid", "username", "name", "permission_level", "company"}
_SERVICE = _ALWAYS | {"scope"}


def _decode(
    token: str, keys: KeySet, *, issuer: str, audience: str, token_type: str
) -> dict[str, Any]:
    key = keys.get(key_id(token))
    if key is None:
        raise InvalidToken("unknown kid")
    try:
        decoded = jwt.decode_complete(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "aud", "iat", "exp", "jti"], "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise InvalidToken(str(error)) from error
    if decoded["header"].get("typ") != token_type:
        raise InvalidToken("wrong typ")
    payload: dict[str, Any] = decoded["payload"]
    return payload


def _only(known: frozenset[str], payload: Mapping[str, Any]) -> None:
    """Refuse a claim this code does not know: it may restrict what the token is good for."""
    if unknown := payload.keys() - known:
        raise ValueError(f"unknown claims {sorted(unknown)}")


def _person_claims(payload: Mapping[str, Any]) -> Claims:
    _only(_PERSON, payload)
    claims = Claims(
        sub=uuid.UUID(_text(payload, "sub")),
        sid=uuid.UUID(_text(payload, "sid")),
        jti=_text(payload, "jti"),
        client_id=_text(payload, "client_id"),
        iat=_instant(payload, "iat"),
        exp=_instant(payload, "exp"),
        username=_text(payload, "username"),
        name=_text(payload, "name"),
        permission_level=Level(_text(payload, "permission_level")),
        company=uuid.UUID(_text(payload, "company")) if "company" in payload else None,
    )
    if (claims.permission_level is Level.CLIENT) != (claims.company is not None):
        raise ValueError("a client has a company, and nobody else does")
    return claims


def _service_claims(payload: Mapping[str, Any]) -> ServiceClaims:
    _only(_SERVICE, payload)
    claims = ServiceClaims(
        sub=_text(payload, "sub"),
        jti=_text(payload, "jti"),
        client_id=_text(payload, "client_id"),
        iat=_instant(payload, "iat"),
        exp=_instant(payload, "exp"),
        scopes=frozenset(_text(payload, "scope").split()),
    )
    if claims.sub != claims.client_id:
        raise ValueError("a service token speaks for itself only")
    return claims


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload[name]
    if not isinstance(value, str) or "\x00" in value:
        raise TypeError(f"{name} is not text")
    return value


def _instant(payload: Mapping[str, Any], name: str) -> int:
    value = payload[name]
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name} is not a whole number of seconds")
    if not 0 <= value < END_OF_TIME:
        raise ValueError(f"{name} is not a date")
    return value
