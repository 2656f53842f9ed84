"""The site map of records."""

from __future__ import annotations

from django.urls import path

from archive.records.views import reading, types, writing

urlpatterns = [
    path("expiring", reading.expiring, name="expiring"),
    path("records", types.types, name="records"),
    path("record-types/new", types.edit_type, name="record-type-new"),
    path("record-types/<slug:kind>", types.fields, name="record-fields"),
    path("record-types/<slug:kind>/edit", types.edit_type, name="record-type-edit"),
    path("record-types/<slug:kind>/delete", types.delete_type, name="record-type-delete"),
    path("record-types/<slug:kind>/fields/new", types.edit_field, name="record-field-new"),
    path(
        "record-types/<slug:kind>/fields/<uuid:field>", types.edit_field, name="record-field-edit"
    ),
    path(
        "record-types/<slug:kind>/fields/<uuid:field>/delete",
        types.delete_field,
        name="record-field-delete",
    ),
    path("records/<slug:kind>", reading.records, name="record-list"),
    path("records/<slug:kind>/new", writing.new, name="record-new"),
    path("records/<slug:kind>/<uuid:record>", reading.record, name="record"),
    path("records/<slug:kind>/<uuid:record>/edit", writing.edit, name="record-edit"),
    path("records/<slug:kind>/<uuid:record>/delete", writing.delete, name="record-delete"),
    path("records/<slug:kind>/<uuid:record>/undelete", writing.undelete, name="record-undelete"),
    path("records/<slug:kind>/<uuid:record>/history", reading.history, name="record-history"),
]
