"""Reading uploaded files: no more than may be imported, and as spreadsheets write them."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import tablib
from import_export.formats import base_formats

from nexus.directory.admin.resources import ROWS

COLUMNS = 100


class NotReadable(Exception):
    """The file is none of this format; the message ends a sentence about it."""


class SniffedCSV(base_formats.CSV):
    """CSV as it comes: Excel writes semicolons and Windows-1252 in much of Europe."""

    def create_dataset(self, in_stream: Any, **kwargs: Any) -> tablib.Dataset:
        text = _decoded(in_stream)
        header = text.partition("\n")[0]
        delimiter = max(",;\t", key=header.count)
        try:
            return super().create_dataset(text, delimiter=delimiter, **kwargs)
        except (csv.Error, tablib.InvalidDimensions) as error:
            raise NotReadable("a row has more cells than there are columns.") from error


def _decoded(content: bytes) -> str:
    if b"\0" in content:
        raise NotReadable("it is not text.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise NotReadable("save it as UTF-8.") from error


class CappedXLSX(base_formats.XLSX):
    """Reads no more of a sheet than may be imported.

    A cell far to the right or below would otherwise make up a grid of millions of empty ones.
    """

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        if not in_stream.startswith(b"PK"):
            raise NotReadable("it is not an Excel workbook (.xlsx).")
        book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True)
        # One row for the headers, and one too many, which the resource complains of.
        rows = book.active.iter_rows(max_row=ROWS + 2, max_col=COLUMNS, values_only=True)
        headers = [cell if cell is None else str(cell) for cell in next(rows, ())]
        while headers and headers[-1] is None:
            headers.pop()
        return tablib.Dataset(*(row[: len(headers)] for row in rows), headers=headers)
