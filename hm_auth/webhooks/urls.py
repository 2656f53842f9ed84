"""The addresses: ``path("", include("hm_auth.webhooks.urls"))``."""

from __future__ import annotations

from django.urls import path

from hm_auth.webhooks import views

urlpatterns = [
    path("settings/webhooks", views.endpoints, name="webhooks"),
    path("settings/webhooks/new", views.add, name="webhook-add"),
    path("settings/webhooks/<uuid:pk>", views.endpoint, name="webhook"),
    path("settings/webhooks/<uuid:pk>/edit", views.edit, name="webhook-edit"),
    path("settings/webhooks/<uuid:pk>/remove", views.remove, name="webhook-remove"),
    path("settings/webhooks/<uuid:pk>/secret", views.renew, name="webhook-secret"),
    path("settings/webhooks/<uuid:pk>/test", views.test, name="webhook-test"),
    path("settings/webhooks/messages/<uuid:pk>/again", views.again, name="webhook-again"),
]
