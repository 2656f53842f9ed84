"""The addresses of the REST API, each with and without its last slash."""

from __future__ import annotations

from django.urls import include, path

from hm_auth.rest.urls import Router
from nexus.api import directory_views

router = Router()
router.register("companies", directory_views.CompanyViewSet, basename="company")
router.register("locations", directory_views.LocationViewSet, basename="location")
router.register("contacts", directory_views.ContactViewSet, basename="contact")

urlpatterns = [
    path("api/", include(router.urls)),
]
