"""The API a module has before it has one of its own."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hm_auth.models import User
from hm_auth.rest.views import StrictParametersMixin
from hm_auth.session import stored


class Me(StrictParametersMixin, APIView):
    """Who the caller is, as their token or session says."""

    capability = "account.own"
    serializer_class = None

    def get(self, request: Request) -> Response:
        user = request.user
        if not isinstance(user, User) or user.claims is None:
            raise PermissionDenied
        claims: dict[str, Any] = stored(user.claims)
        return Response(claims)
