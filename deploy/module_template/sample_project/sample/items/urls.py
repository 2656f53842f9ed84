"""The site map of items: pages and API."""

from __future__ import annotations

from django.urls import include, path

from hm_auth.rest.urls import Router
from sample.items import api, views

router = Router()
router.register("items", api.ItemViewSet, basename="api-item")

urlpatterns = [
    path("", views.items, name="home"),
    path("items/new", views.new, name="item-new"),
    path("items/<uuid:pk>", views.item, name="item"),
    path("items/<uuid:pk>/edit", views.edit, name="item-edit"),
    path("api/", include(router.urls)),
]
