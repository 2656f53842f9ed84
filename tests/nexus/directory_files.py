"""Files to import, and the two steps of importing them in the admin."""

import io
import zipfile

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile

IMPORT = "/admin/directory/company/import/"
CSV, XLSX = "0", "1"


def upload(browser, content, path=IMPORT, kind=CSV, name="rows.csv"):
    file = SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode())
    return browser.post(path, {"import_file": file, "format": kind, "resource": "0"})


def confirm(browser, preview, path=IMPORT):
    form = preview.context["confirm_form"]
    data = {field.html_name: field.value() for field in form}
    return browser.post(f"{path.replace('/import/', '/process_import/')}", data, follow=True)


def bomb(megabytes):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", b"0" * megabytes * 1024 * 1024)
    return packed.getvalue()


def workbook(*rows):
    book, packed = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(packed)
    return packed.getvalue()
