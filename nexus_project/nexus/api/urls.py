"""The addresses of the REST API, each with and without its last slash."""

from __future__ import annotations

from django.urls import include, path

from hm_auth.rest import docs
from hm_auth.rest.urls import Router, both
from nexus.api import api_token_views, directory_views, module_views, token_urls, user_views

router = Router()
router.register("companies", directory_views.CompanyViewSet, basename="company")
router.register("locations", directory_views.LocationViewSet, basename="location")
router.register("contacts", directory_views.ContactViewSet, basename="contact")
router.register("users", user_views.UserViewSet, basename="user")
router.register("api-tokens", api_token_views.ApiTokenViewSet, basename="api-token")

urlpatterns = [
    path("api/", include(router.urls)),
    *both("api/modules/", module_views.ModulesView.as_view(), "modules"),
    *both(
        "api/modules/<slug:client_id>/secret/",
        module_views.ModuleSecretView.as_view(),
        "module-secret",
    ),
    *token_urls.urlpatterns,
    *docs.urlpatterns,
]
