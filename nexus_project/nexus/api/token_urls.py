"""The addresses of the token endpoints and of the public keys."""

from __future__ import annotations

from django.urls import path

from hm_auth.rest.urls import both
from nexus.api import token_views as views

urlpatterns = [
    *both("api/token/", views.TokenView.as_view(), "token"),
    *both("api/token/refresh/", views.RefreshView.as_view(), "token-refresh"),
    *both("api/token/revoke/", views.RevokeView.as_view(), "token-revoke"),
    *both("api/token/service/", views.ServiceTokenView.as_view(), "token-service"),
    *both("api/token/code/", views.CodeView.as_view(), "token-code"),
    path(".well-known/jwks.json", views.KeySetView.as_view(), name="jwks"),
]
