"""Importing files in the admin: a limit on their size, and writes that name who imported."""

from __future__ import annotations

import logging
import zipfile
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from import_export.admin import ImportExportModelAdmin
from import_export.formats import base_formats
from import_export.forms import ConfirmImportForm
from unfold.contrib.import_export.forms import ExportForm, ImportForm

from nexus.directory.admin.formats import CappedXLSX, NotReadable, SniffedCSV
from nexus.directory.admin.uploads import UploadGone, UploadStorage, saved_at

logger = logging.getLogger(__name__)
MEGABYTES = 5
UNPACKED_MEGABYTES = 50  # several times what ROWS rows take
WARNINGS = 20
GONE = "This upload is not there any more; it may have been imported already. Upload it again."


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


class ConfirmForm(ConfirmImportForm):
    """What the preview sends back; the library takes the two numbers unseen."""

    format = forms.ChoiceField(choices=[("0", "CSV"), ("1", "Excel")], widget=forms.HiddenInput)
    resource = forms.ChoiceField(choices=[("0", "")], required=False, widget=forms.HiddenInput)


def _unpacked_size(file: Any) -> int:
    """Return how much an Excel file says it holds; reading stops there, so it cannot hold more."""
    try:
        with zipfile.ZipFile(file) as book:
            return sum(item.file_size for item in book.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return 0  # CSV, or rubbish, which is refused when it is read
    finally:
        file.seek(0)


def _sentence(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    logger.error("An import failed.", exc_info=error)
    return "The file could not be imported; what it says is in the log of the server."


def _complaints(result: Any) -> list[str]:
    """Return what keeps a file, which was fine in the preview, from being imported now."""
    rows = [f"Row {row.number}: {error.error}" for row in result.error_rows for error in row.errors]
    invalid = [f"Row {row.number}: {' '.join(row.error.messages)}" for row in result.invalid_rows]
    return [*(_sentence(error.error) for error in result.base_errors), *rows, *invalid]


def _forget(file: Any) -> None:
    """Delete what was stored of an upload that cannot be confirmed."""
    if name := getattr(file, "tmp_storage_name", None):
        UploadStorage(name=name).remove()


class ImportAdmin(ImportExportModelAdmin):
    """Take CSV and Excel, preview first, and write through ``operations`` in the user's name."""

    import_form_class = CappedImportForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = UploadStorage
    export_form_class = ExportForm
    skip_admin_log = True  # the triggers keep a better log
    import_formats = (SniffedCSV, CappedXLSX)
    export_formats = (base_formats.CSV, base_formats.XLSX)

    def add_data_read_fail_error_to_form(self, form: Any, error: Exception) -> None:
        kind = "an Excel" if form.cleaned_data["format"] == "1" else "a CSV"
        about = f": {error}" if isinstance(error, NotReadable) else "."
        form.add_error("import_file", f"This cannot be read as {kind} file{about}")

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().import_action(request, **kwargs)
        context = getattr(response, "context_data", None) or {}
        if "confirm_form" not in context:
            _forget(request.FILES.get("import_file"))
        result = context.get("result")
        if result is not None and result.base_errors:
            # Beside the file, in one sentence; the library's page would show a traceback.
            context["form"].add_error("import_file", _sentence(result.base_errors[0].error))
            result = context.pop("result")
        for sentence in getattr(result, "warnings", [])[:WARNINGS]:
            messages.warning(request, sentence)
        return response

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            if request.method == "POST" and not self.create_confirm_form(request).is_valid():
                raise UploadGone  # noqa: TRY301 - a name that was never given out is the same case
            response: HttpResponse = super().process_import(request, **kwargs)
        except UploadGone:
            messages.error(request, GONE)
            return self._to_import_page()
        return response

    def _to_import_page(self) -> HttpResponse:
        return redirect("admin:{}_{}_import".format(*self.get_model_info()))

    def process_result(self, result: Any, request: HttpRequest) -> HttpResponse:
        if not (result.has_errors() or result.has_validation_errors()):
            response: HttpResponse = super().process_result(result, request)
            return response
        messages.error(request, "Nothing was imported. Upload the file again for a new preview.")
        for sentence in _complaints(result)[:WARNINGS]:
            messages.error(request, sentence)
        return self._to_import_page()

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_import_data_kwargs(**kwargs)
        return {**found, "rollback_on_validation_errors": True}

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        found = {**super().get_import_resource_kwargs(request, **kwargs), "by": request.user}
        if isinstance(kwargs.get("form"), ConfirmForm):
            found["previewed_at"] = saved_at(kwargs["form"].cleaned_data["import_file_name"])
        return found
