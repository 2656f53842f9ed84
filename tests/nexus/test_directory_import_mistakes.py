"""What goes wrong with files to import is said in one sentence, and leaves nothing behind."""

import os
import tempfile

import pytest
import tablib

from nexus.directory import operations
from nexus.directory.admin import imports, uploads
from nexus.directory.models import Company, Location
from tests.nexus.directory_files import IMPORT, XLSX, bomb, confirm, upload, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


def test_a_file_that_is_confirmed_twice_is_imported_once_and_the_second_time_explained(browser):
    preview = upload(browser, "account_number,name\n,Good\n")
    confirm(browser, preview)
    answer = confirm(browser, preview)
    assert answer.request["PATH_INFO"] == IMPORT
    assert [str(message) for message in answer.context["messages"]] == [imports.GONE]
    assert Company.objects.count() == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"import_file_name": "nobody-knows"},
        {"import_file_name": "other.csv"},
        {"import_file_name": f"{uploads.PREFIX}1-abc"},
        {"import_file_name": "nul\x00"},
        {"import_file_name": ""},
        {"format": "7"},
        {"format": "x"},
        {"resource": "7"},
    ],
)
def test_a_confirmation_of_what_was_not_uploaded_is_refused(browser, folder, changed):
    (folder / "other.csv").write_text("account_number,name\nC-7,Good\n")
    preview = upload(browser, "account_number,name\nC-7,Good\n")
    data = {field.html_name: field.value() for field in preview.context["confirm_form"]}
    path = IMPORT.replace("/import/", "/process_import/")
    answer = browser.post(path, {**data, **changed}, follow=True)
    assert [str(message) for message in answer.context["messages"]] == [imports.GONE]
    assert not Company.objects.exists()


def test_uploads_that_nobody_confirms_are_deleted_with_the_next_one(browser, folder):
    preview = upload(browser, "account_number,name\nC-7,Good\n")
    (old,) = folder.iterdir()
    assert old.stat().st_mode & 0o077 == 0
    os.utime(old, (0, old.stat().st_mtime - uploads.SECONDS - 1))
    upload(browser, "account_number,name\nC-8,Good\n")
    assert old not in list(folder.iterdir())
    assert len(list(folder.iterdir())) == 1
    assert imports.GONE in confirm(browser, preview).content.decode()


def test_no_uploaded_data_stays_when_the_import_is_done_or_refused(browser, folder):
    confirm(browser, upload(browser, "account_number,name\nC-7,Good\n"))
    upload(browser, "account_number,name\nC-7,\n")
    upload(browser, "account_number,nmae\nC-7,Good\n")
    upload(browser, b"PK\x03\x04broken", kind=XLSX)
    assert list(folder.iterdir()) == []


MISTAKES = {
    "unknown column": (
        "account_number,nmae\nC-7,Good\n",
        "Unknown column nmae. The columns are account_number, name, legal_name, tax_id,",
    ),
    "no account number": ("name\nGood\n", "There is no column account_number. The columns are"),
    "column twice": ("account_number,name,name\nC-7,A,B\n", "A column is there twice."),
    "long row": (
        "account_number,name\nC-7,A,B\n",
        "This cannot be read as a CSV file: a row has more cells than there are columns.",
    ),
    "workbook as CSV": (
        tablib.Dataset(["C-7"], headers=["account_number"]).export("xlsx"),
        "This cannot be read as a CSV file: it is not text.",
    ),
    "unknown encoding": (b"account_number,name\nC-7,\x81\n", "save it as UTF-8."),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_an_ordinary_mistake_is_one_plain_sentence(browser, case):
    content, sentence = MISTAKES[case]
    page = upload(browser, content)
    (complaint,) = page.context["form"].errors["import_file"]
    assert sentence in complaint
    text = page.content.decode()
    assert complaint in text
    assert "Traceback" not in text
    assert "[&#x27;" not in text
    assert "confirm_form" not in page.context


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"account_number,name\nC-7,Good\n", "cannot be read as an Excel file: it is not"),
        (b"PK\x03\x04broken", "This cannot be read as an Excel file."),
        (bomb(1), "This cannot be read as an Excel file."),
        (workbook([1, "name", None, 2.5], ["C-7", "Good", None, "x"]), "Unknown column 1, 2.5."),
        (workbook(), "No valid data"),
    ],
)
def test_a_wrong_workbook_is_one_plain_sentence(browser, content, sentence):
    page = upload(browser, content, kind=XLSX, name="rows.xlsx")
    (complaint,) = page.context["form"].errors["import_file"]
    assert sentence in complaint
    assert "Traceback" not in page.content.decode()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_taken_as_spreadsheets_write_it(browser, encoding, separator):
    rows = 'account_number;name;tags\r\nC-7;Käthe & Söhne;"gold, silver"\r\n'.replace(
        ";", separator
    )
    confirm(browser, upload(browser, rows.encode(encoding)))
    company = Company.objects.get()
    assert (company.name, company.tags) == ("Käthe & Söhne", ["gold", "silver"])


def test_contacts_need_a_column_that_says_whose_they_are(browser):
    page = upload(browser, "first_name\nNora\n", "/admin/directory/contact/import/")
    (complaint,) = page.context["form"].errors["import_file"]
    assert complaint.startswith("There is no column company or id.")


def shown(answer):
    return [str(message) for message in answer.context["messages"]]


def test_a_late_confirmation_does_not_overwrite_what_was_written_since(browser, acme, globex):
    preview = upload(browser, "account_number,name\nC-1002,G\nC-7,New\nC-1001,Acme Works\n")
    acme.notes = "Called today"
    operations.save(acme, by=None)
    answer = confirm(browser, preview)
    assert answer.request["PATH_INFO"] == IMPORT
    assert shown(answer) == [
        "Nothing was imported. Upload the file again for a new preview.",
        "Row 3: Acme Works (C-1001) was changed after the preview was made.",
    ]
    names = Company.objects.order_by("account_number").values_list("name", flat=True)
    assert list(names) == ["Acme Manufacturing", "Globex Logistics"]


def test_a_row_that_came_to_be_since_the_preview_is_not_overwritten(browser):
    preview = upload(browser, "account_number,name\nC-7,Mine\n")
    operations.save(Company(account_number="C-7", name="Theirs"), by=None)
    assert "Row 1: Mine (C-7) was changed after the preview was made." in shown(
        confirm(browser, preview)
    )
    assert Company.objects.get().name == "Theirs"


def test_a_file_that_became_invalid_since_the_preview_changes_nothing_and_says_so(browser, acme):
    path = "/admin/directory/location/import/"
    preview = upload(browser, "company,name\nC-1001,Hall\n", path)
    operations.archive(acme, by=None)
    answer = confirm(browser, preview, path)
    assert shown(answer)[1:] == ["Row 1: Acme Manufacturing is archived; restore it first."]
    assert not Location.objects.exists()


def test_a_file_may_name_a_row_twice_and_move_a_default_that_follows(browser, acme):
    confirm(browser, upload(browser, "account_number,name\nC-1001,A\nC-1001,B\n"))
    assert Company.objects.get().name == "B"
    path = "/admin/directory/location/import/"
    rows = "company,name,city,is_default\nC-1001,Hall,Cork,1\nC-1001,Depot,Cork,\n"
    confirm(browser, upload(browser, rows, path), path)
    rows = "company,name,city,is_default\nC-1001,Depot,Bray,1\nC-1001,Hall,Bray,\n"
    confirm(browser, upload(browser, rows, path), path)
    assert set(Location.objects.values_list("city", flat=True)) == {"Bray"}
