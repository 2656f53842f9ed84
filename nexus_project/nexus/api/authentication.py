"""Who calls the API of Nexus: a person or a module, by an access token of our own."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from hm_auth.exceptions import InvalidToken
from hm_auth.permissions import Level
from hm_auth.tokens import Claims, ServiceClaims, key_id, verify_access
from nexus.accounts.models import User
from nexus.accounts.rules import may_authenticate
from nexus.modules.models import Module
from nexus.signins import keys
from nexus.signins.minting import DIRECT
from nexus.signins.models import SignIn


@dataclass(frozen=True, slots=True)
class Service:
    """A module acting for itself, with the scopes it was given and no more."""

    client_id: str
    scopes: frozenset[str]
    is_authenticated: bool = True
    is_active: bool = True
    company_id: None = None
    pk: None = None

    @property
    def permission_level(self) -> str | None:
        """How it reads the directory: as staff do, if it may at all (``visible_to`` asks)."""
        return Level.TECHNICIAN if "directory:read" in self.scopes else None

    def __str__(self) -> str:
        return self.client_id


@dataclass(frozen=True, slots=True)
class Bearer:
    """``request.auth``: the token's claims, and the living sign-in of a person."""

    claims: Claims | ServiceClaims
    sign_in: SignIn | None = None


class InvalidBearer(AuthenticationFailed):
    """The same for every reason; the challenge is that of RFC 6750, section 3.1."""

    default_detail = "The access token is not valid."
    default_code = "invalid_token"


class BearerAuthentication(BaseAuthentication):
    """Verifies the token, then looks up sign-in and user, or the module, in one query.

    Modules are content with the token for its ten minutes; Nexus has the sign-in at hand, so an
    ended one stops here at once, and level, company and scopes are those of the database.
    """

    def authenticate(self, request: Request) -> tuple[User | Service, Bearer] | None:
        scheme, _, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            claims = verify(token.decode("ascii").strip())
        except (InvalidToken, UnicodeDecodeError) as error:
            raise InvalidBearer from error
        if isinstance(claims, ServiceClaims):
            return _service(claims)
        sign_in = living_sign_in(claims)
        return sign_in.user, Bearer(claims=claims, sign_in=sign_in)

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF asks so
        return 'Bearer realm="hivematrix"'


def verify(token: str) -> Claims | ServiceClaims:
    """Check an access token with our own keys. Raises InvalidToken."""
    known = keys.verification_keys(key_id(token))
    return verify_access(token, keys=known, issuer=settings.PUBLIC_URL)


def living_sign_in(claims: Claims) -> SignIn:
    """Return the sign-in ``claims`` are of, with its user, in one query. Raises InvalidBearer.

    The module that holds the token has to be in use still, as has the direct client.
    """
    rows = SignIn.objects.live(now=timezone.now()).with_user()
    if claims.client_id != DIRECT:
        rows = rows.filter(
            Exists(Module.objects.filter(client_id=claims.client_id, is_active=True))
        )
    elif not settings.ALLOW_DIRECT_CLIENT:
        raise InvalidBearer
    sign_in: SignIn | None = rows.filter(pk=claims.sid, user=claims.sub).first()
    if sign_in is None or not may_authenticate(sign_in.user):
        raise InvalidBearer
    return sign_in


def _service(claims: ServiceClaims) -> tuple[Service, Bearer]:
    """Return the module, with those scopes of its token that it still has."""
    module = Module.objects.filter(client_id=claims.client_id, is_active=True).first()
    if module is None:
        raise InvalidBearer
    scopes = claims.scopes & frozenset(module.scopes)
    return Service(client_id=module.client_id, scopes=scopes), Bearer(claims=claims)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document names it."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:  # noqa: ARG002
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
