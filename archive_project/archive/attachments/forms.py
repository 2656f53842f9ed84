"""What people send: files."""

from __future__ import annotations

from typing import Any

from django import forms


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files; ``clean`` returns a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        several = data if isinstance(data, list | tuple) else [data]
        # An empty file is refused by the operation, in the words of all other refusals.
        return [super(FilesField, self).clean(each, initial) for each in several or [None]]


class UploadForm(forms.Form):
    uploads = FilesField(label="Files", allow_empty_file=True)
