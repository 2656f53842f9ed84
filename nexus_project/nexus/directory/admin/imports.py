"""Importing files in the admin: a limit on their size, and writes that name who imported."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import tablib
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from import_export.admin import ImportExportModelAdmin
from import_export.formats import base_formats
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from nexus.directory.admin.resources import ROWS

MEGABYTES = 5
UNPACKED_MEGABYTES = 50  # several times what ROWS rows take
COLUMNS = 100
WARNINGS = 20


class CappedXLSX(base_formats.XLSX):
    """Reads no more of a sheet than may be imported.

    A cell far to the right or below would otherwise make up a grid of millions of empty ones.
    """

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True)
        # One row for the headers, and one too many, which the resource complains of.
        rows = book.active.iter_rows(max_row=ROWS + 2, max_col=COLUMNS, values_only=True)
        headers = list(next(rows))
        while headers and headers[-1] is None:
            headers.pop()
        return tablib.Dataset(*(row[: len(headers)] for row in rows), headers=headers)


class CappedImportForm(ImportForm):
    """Refuses files so large that reading them would take the server's memory."""

    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(
                f"The file is larger than {MEGABYTES} MB. Split it and import the parts."
            )
        if _unpacked_size(file) > UNPACKED_MEGABYTES * 1024 * 1024:
            raise forms.ValidationError(
                f"Unpacked, the file is larger than {UNPACKED_MEGABYTES} MB. Split it and import "
                "the parts."
            )
        return file


def _unpacked_size(file: Any) -> int:
    """Return how much an Excel file says it holds; reading stops there, so it cannot hold more."""
    try:
        with zipfile.ZipFile(file) as book:
            return sum(item.file_size for item in book.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return 0  # CSV, or rubbish, which is refused when it is read
    finally:
        file.seek(0)


class ImportAdmin(ImportExportModelAdmin):
    """Take CSV and Excel, preview first, and write through ``operations`` in the user's name."""

    import_form_class = CappedImportForm
    export_form_class = ExportForm
    skip_admin_log = True  # the triggers keep a better log
    import_formats = (base_formats.CSV, CappedXLSX)
    export_formats = (base_formats.CSV, base_formats.XLSX)

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().import_action(request, **kwargs)
        result = (getattr(response, "context_data", None) or {}).get("result")
        for sentence in getattr(result, "warnings", [])[:WARNINGS]:
            messages.warning(request, sentence)
        return response

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_resource_kwargs(request, **kwargs), "by": request.user}
