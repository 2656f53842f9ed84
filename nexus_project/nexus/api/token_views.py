"""The token endpoints: what turns a password, a code or a refresh token into an access token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hm_auth.exceptions import InvalidToken
from hm_auth.rest.views import StrictParametersMixin
from hm_auth.tokens import ServiceClaims
from nexus.api import authentication
from nexus.api import token_serializers as shapes
from nexus.api_tokens import operations as api_tokens
from nexus.modules.models import Module
from nexus.signins import admission, clients, keys, login_codes, minting, operations, passwords
from nexus.signins.exceptions import InvalidClient, InvalidSubject, Refused
from nexus.signins.models import SignIn

NO_STORE = {"Cache-Control": "no-store"}  # RFC 6749, section 5.1


class Refusal(APIException):
    """A domain refusal as the REST framework knows it; becomes a problem document."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail, code=refused.code)
        self.status_code = refused.status
        self.wait = refused.retry_after
        if refused.status == 401:
            self.auth_header = 'Basic realm="hivematrix"'


class TokenEndpoint(StrictParametersMixin, APIView):
    """Callers are known by their credentials, not by a session or a bearer token."""

    authentication_classes: Sequence[type[BaseAuthentication]] = ()
    permission_classes = (AllowAny,)
    problem_statuses: ClassVar[tuple[int, ...]] = (401, 403, 429)
    security: ClassVar[list[dict[str, list[str]]] | None] = [{"basic": []}, {}]

    def handle_exception(self, exc: Exception) -> Response:
        return super().handle_exception(Refusal(exc) if isinstance(exc, Refused) else exc)


@extend_schema(request=shapes.TokenRequest, responses=shapes.TokenAnswer, tags=["token"])
class TokenView(TokenEndpoint):
    """Sign in: exchange a password or a one-time code for an access and a refresh token.

    An API token gives an access token only; it is exchanged again when that has expired.
    """

    def post(self, request: Request) -> Response:
        data = _valid(shapes.TokenRequest, request)
        module = _module(request)
        ip, user_agent = _end_user(request, module, data)
        if "code" in data:
            if module is None:
                raise InvalidClient
            return _tokens(login_codes.exchange_code(code=data["code"], module=module, ip=ip))
        if "api_token" in data:
            return _tokens(
                api_tokens.exchange(
                    secret=data["api_token"], module=module, ip=ip, user_agent=user_agent
                )
            )
        if module is None:
            admission.check_direct()  # before the password: it must not be a way to test one
        proof = passwords.prove(
            username=data["username"],
            password=data["password"],
            ip=ip,
            client_id=admission.client_id(module),
        )
        tokens = operations.sign_in(proof=proof, module=module, ip=ip, user_agent=user_agent)
        return _tokens(tokens)


@extend_schema(request=shapes.RefreshRequest, responses=shapes.TokenAnswer, tags=["token"])
class RefreshView(TokenEndpoint):
    """Exchange a refresh token, once, for a new pair; a module adds its own credentials."""

    def post(self, request: Request) -> Response:
        data = _valid(shapes.RefreshRequest, request)
        credentials = _credentials(request)
        try:
            tokens = operations.refresh(
                token=data["refresh"], credentials=credentials, ip=_address(request)
            )
        except InvalidClient:
            if credentials is not None:
                clients.refuse(credentials, ip=_address(request))
            raise
        return _tokens(tokens)


@extend_schema(request=shapes.RefreshRequest, responses={200: None}, tags=["token"])
class RevokeView(TokenEndpoint):
    """End the sign-in a refresh token is of, in every module (RFC 7009). Always 200."""

    def post(self, request: Request) -> Response:
        data = _valid(shapes.RefreshRequest, request)
        operations.revoke(token=data["refresh"], ip=_address(request))
        return Response(status=200, headers=NO_STORE)


@extend_schema(request=None, responses=shapes.ServiceAnswer, tags=["token"])
class ServiceTokenView(TokenEndpoint):
    """A module's own token for work without a person (RFC 6749, section 4.4)."""

    def post(self, request: Request) -> Response:
        module = _module(request)
        if module is None:
            raise InvalidClient
        access = minting.service_token(module=module)
        body = {"access": access, "expires_in": settings.ACCESS_TOKEN_SECONDS}
        return Response(body, headers=NO_STORE)


@extend_schema(request=shapes.CodeRequest, responses=shapes.CodeAnswer, tags=["token"])
class CodeView(TokenEndpoint):
    """A one-time code with which another module joins a person's sign-in.

    The module that asks proves itself, and that the person's token was given to it: a token alone,
    taken from a log or a script, opens no browser session.
    """

    problem_statuses: ClassVar[tuple[int, ...]] = (401, 403, 404, 429)
    security: ClassVar[list[dict[str, list[str]]] | None] = [{"basic": []}]

    def post(self, request: Request) -> Response:
        data = _valid(shapes.CodeRequest, request)
        caller = _module(request)
        if caller is None:
            raise InvalidClient
        sign_in = _given_to(caller, data["subject_token"])
        module = Module.objects.active().filter(client_id=data["client_id"]).first()
        if module is None:
            raise NotFound
        code = login_codes.issue_login_code(sign_in=sign_in, module=module)
        return Response({"code": code}, headers=NO_STORE)


@extend_schema(responses=shapes.KeySetAnswer, tags=["token"])
class KeySetView(TokenEndpoint):
    """The public keys access tokens are checked with (RFC 7517)."""

    problem_statuses: ClassVar[tuple[int, ...]] = ()
    security: ClassVar[list[dict[str, list[str]]] | None] = [{}]

    def get(self, _request: Request) -> Response:
        cache = f"public, max-age={keys.JWKS_MAX_AGE}"
        return Response(keys.jwks(), headers={"Cache-Control": cache})


def _valid(shape: type[Any], request: Request) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    data: dict[str, Any] = serializer.validated_data
    return data


def _credentials(request: Request) -> clients.Credentials | None:
    return clients.parse_basic(request.headers.get("Authorization", ""))


def _module(request: Request) -> Module | None:
    credentials = _credentials(request)
    return clients.authenticate(credentials, ip=_address(request)) if credentials else None


def _given_to(module: Module, token: str) -> SignIn:
    """Return the living sign-in that ``token``, an access token of ``module``, is of."""
    try:
        claims = authentication.verify(token)
        if isinstance(claims, ServiceClaims) or claims.client_id != module.client_id:
            raise InvalidSubject
        found = authentication.living_sign_in(claims)
    except (InvalidToken, AuthenticationFailed) as error:
        raise InvalidSubject from error
    if found.api_token_id is not None:
        raise InvalidSubject  # an API token opens no browser session, nor tokens to refresh
    return found


def _end_user(
    request: Request, module: Module | None, data: dict[str, Any]
) -> tuple[str | None, str]:
    """Return the person's address and device; a module has to say them, its own are not theirs."""
    if module is None:
        return _address(request), request.headers.get("User-Agent", "")
    return data.get("end_user_ip") or None, data.get("end_user_agent", "")


def _address(request: Request) -> str:
    address: str = request.META["REMOTE_ADDR"]
    return address


def _tokens(tokens: operations.Tokens | api_tokens.AccessToken) -> Response:
    return Response(asdict(tokens), headers=NO_STORE)
