"""The addresses of usage."""

from __future__ import annotations

from django.urls import path

from hm_auth.rest.urls import both
from treasury.usage.api import PushView
from treasury.usage.views import contacts, editing, importing, lists

urlpatterns = [
    path("usage/devices", lists.devices, name="usage-devices"),
    path("usage/devices/<uuid:pk>", editing.edit, {"kind": "devices"}, name="usage-devices-edit"),
    path(
        "usage/devices/<uuid:pk>/remove",
        editing.remove,
        {"kind": "devices"},
        name="usage-devices-remove",
    ),
    path("usage/time", lists.time_entries, name="usage-time"),
    path("usage/time/<uuid:pk>", editing.edit, {"kind": "time"}, name="usage-time-edit"),
    path("usage/time/<uuid:pk>/remove", editing.remove, {"kind": "time"}, name="usage-time-remove"),
    path("usage/readings", lists.readings, name="usage-readings"),
    path("usage/readings/<int:pk>", editing.edit, {"kind": "readings"}, name="usage-readings-edit"),
    path(
        "usage/readings/<int:pk>/remove",
        editing.remove,
        {"kind": "readings"},
        name="usage-readings-remove",
    ),
    path("usage/import", importing.choose, name="usage-import"),
    path("usage/import/<uuid:pk>", importing.preview, name="usage-import-preview"),
    *[
        path(
            f"usage/import/{kind}.csv",
            importing.example,
            {"kind": kind},
            name=f"usage-import-{kind}",
        )
        for kind in ("devices", "time", "readings")
    ],
    *[
        path(
            f"clients/<uuid:company_id>/{kind}/new",
            editing.add,
            {"kind": kind},
            name=f"usage-{kind}-add",
        )
        for kind in ("devices", "time", "readings")
    ],
    path("clients/<uuid:company_id>/contacts", contacts.contacts, name="usage-contacts"),
    path(
        "clients/<uuid:company_id>/contacts/<uuid:contact_id>",
        contacts.bill,
        name="usage-contact-bill",
    ),
    path(
        "clients/<uuid:company_id>/contacts/billing/<int:pk>",
        contacts.edit,
        name="usage-contact-edit",
    ),
    *[
        each
        for kind in ("devices", "time", "readings")
        for each in both(f"api/usage/{kind}/", PushView.as_view(kind=kind), f"usage-push-{kind}")
    ],
]
