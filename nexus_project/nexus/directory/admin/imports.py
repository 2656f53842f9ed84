"""Importing files in the admin: a limit on their size, and writes that name who imported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from import_export.admin import ImportExportModelAdmin
from import_export.formats import base_formats
from unfold.contrib.import_export.forms import ExportForm, ImportForm

MEGABYTES = 5


class CappedImportForm(ImportForm):
    """Refuses files so large that reading them would take the server's memory."""

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(
                f"The file is larger than {MEGABYTES} MB. Split it and import the parts."
            )
        return file


class ImportAdmin(ImportExportModelAdmin):
    """Take CSV and Excel, preview first, and write through ``operations`` in the user's name."""

    import_form_class = CappedImportForm
    export_form_class = ExportForm
    skip_admin_log = True  # the triggers keep a better log
    import_formats = (base_formats.CSV, base_formats.XLSX)
    export_formats = (base_formats.CSV, base_formats.XLSX)

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_resource_kwargs(request, **kwargs), "by": request.user}
