"""Tokens that look right and are not: every service refuses each of them with 401."""

from __future__ import annotations

import json

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ADDRESSES = {"nexus": "/api/users/me/", "treasury": "/api/me", "archive": "/api/me"}

# Signed inside Nexus with its real key, each differing from a good token in one thing.
MINT = """
import json, jwt, time
from nexus.accounts.models import User
from nexus.signins import keys
from nexus.signins.models import SignIn
key = keys.signing_key()
user = User.objects.get(username="tech")
sign_in = SignIn.objects.filter(user=user, ended_at=None).latest("created_at")
now = int(time.time())
from django.conf import settings
good = {"iss": settings.PUBLIC_URL, "aud": "hivematrix", "sub": str(user.pk),
        "sid": str(sign_in.pk), "jti": "x", "client_id": "direct", "iat": now,
        "exp": now + 300, "username": "tech", "name": "T", "permission_level": "technician"}
def make(claims=None, drop=(), **header):
    payload = {k: v for k, v in {**good, **(claims or {})}.items() if k not in drop}
    return jwt.encode(payload, key.private, algorithm="ES256",
                      headers={"kid": key.kid, "typ": "at+jwt", **header})
print("TOKENS" + json.dumps({
    "good": make(),
    "another issuer": make({"iss": "https://nexus.evil.example"}),
    "another audience": make({"aud": "somebody-else"}),
    "expired": make({"iat": now - 900, "exp": now - 300}),
    "not yet valid": make({"nbf": now + 3000}),
    "no expiry": make(drop=["exp"]),
    "expiry as text": make({"exp": "tomorrow"}),
    "another type": make(typ="JWT"),
    "a logout token": make(typ="logout+jwt"),
    "an unknown level": make({"permission_level": "superadmin"}),
    "a NUL in the subject": make({"sub": "a\\0b"}),
    "no sign-in": make(drop=["sid"]),
    "an unknown key id": make(kid="made-up"),
    "a critical header": make(crit=["x"], x=1),
}))
"""


@pytest.fixture(scope="module")
def tokens(stack) -> dict[str, str]:
    from tests.system.people import Person

    Person(stack, "tech", "hivematrix-demo").tokens()
    printed = stack.manage("nexus", "shell", "-v", "0", "-c", MINT)
    made: dict[str, str] = json.loads(printed[printed.index("TOKENS") + len("TOKENS") :])
    header = jwt.get_unverified_header(made["good"])
    payload = jwt.decode(made["good"], options={"verify_signature": False})
    stranger = ec.generate_private_key(ec.SECP256R1())
    keys = requests.get(stack.urls["nexus"] + "/.well-known/jwks.json", timeout=20).json()["keys"]
    real = jwt.PyJWK(next(key for key in keys if key["kid"] == header["kid"])).key
    public_pem = real.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    own_jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(stranger.public_key()))
    body = made["good"].split(".")[1]
    made["no signature, alg none"] = jwt.encode(
        payload, None, algorithm="none", headers=header | {"alg": "none"}
    )
    made["signature removed"] = made["good"].rsplit(".", 1)[0] + "."
    made["another key"] = jwt.encode(payload, stranger, algorithm="ES256", headers=header)
    made["its own key in the header"] = jwt.encode(
        payload, stranger, algorithm="ES256", headers=header | {"jwk": own_jwk}
    )
    made["changed claims"] = made["good"].replace(body, body[:-4] + "AAAA")
    made["the public key as HMAC secret"] = _hmac(payload, public_pem, header["kid"])
    made["not a token"] = "x.y.z"
    return made


def _hmac(payload: dict, secret: bytes, kid: str) -> str:
    """PyJWT refuses to sign so; an attacker does not ask it."""
    import base64
    import hashlib
    import hmac

    def b64(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = b64(json.dumps({"alg": "HS256", "kid": kid, "typ": "at+jwt"}).encode())
    text = f"{head}.{b64(json.dumps(payload).encode())}"
    return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


@pytest.mark.parametrize("service", ADDRESSES)
def test_only_the_good_token_is_accepted(stack, tokens, service):
    statuses = {}
    for name, token in tokens.items():
        answer = requests.get(
            stack.urls[service] + ADDRESSES[service],
            headers={"Authorization": f"Bearer {token}"},
            timeout=20,
        )
        statuses[name] = answer.status_code
    assert statuses.pop("good") == 200
    assert len(statuses) == 20
    assert set(statuses.values()) == {401}, statuses
