"""CSV and Excel in and out of the directory: look first, all or nothing, no formula gets out."""

import csv
import io
import tempfile

import openpyxl
import pytest
import tablib

from nexus.directory import history, operations
from nexus.directory.admin import formats, imports, resources
from nexus.directory.models import Company, Contact, Location
from tests.nexus.directory_files import CSV, XLSX, bomb, confirm, upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def browser(signed_in, admin):
    return signed_in(admin)


def test_a_file_is_shown_before_it_is_taken(browser, acme):
    preview = upload(
        browser, "account_number,name,tags\nC-1001,Acme Works,Gold\n,Ní Bhriain & Co,\n"
    )
    text = preview.content.decode()
    assert "Acme" in text
    assert "Ní Bhriain" in text
    assert Company.objects.get().name == "Acme Manufacturing"
    confirm(browser, preview)
    acme.refresh_from_db()
    assert (acme.name, acme.tags) == ("Acme Works", ["gold"])
    new = Company.objects.exclude(pk=acme.pk).get()
    assert new.name == "Ní Bhriain & Co"
    assert new.account_number.startswith("C-")
    assert history.entries(acme)[0].by == "Admin"


def test_a_domain_of_two_companies_is_pointed_out_and_still_taken(browser, acme):
    Company.objects.filter(pk=acme.pk).update(domains=["acme.example"])
    rows = (
        "account_number,name,domains\nC-7,Bolt,bolt.example\n"
        "C-8,Screw,https://Acme.example/\nC-9,Nut,bolt.example\n"
    )
    preview = upload(browser, rows)
    assert [str(message) for message in preview.context["messages"]] == [
        "acme.example is a domain of Acme Manufacturing and of Screw.",
        "bolt.example is a domain of Bolt and of Nut.",
    ]
    confirm(browser, preview)
    assert Company.objects.filter(domains__contains=["acme.example"]).count() == 2


def test_domains_that_nobody_shares_are_not_pointed_out(browser, acme):
    Company.objects.filter(pk=acme.pk).update(domains=["acme.example"])
    preview = upload(browser, "account_number,name,domains\nC-1001,Acme Works,acme.example\n")
    assert list(preview.context["messages"]) == []


def test_columns_that_are_not_in_the_file_stay(browser, acme):
    Company.objects.filter(pk=acme.pk).update(notes="Ours", tags=["gold"])
    confirm(browser, upload(browser, "account_number,phone\nC-1001,00353 20 914 8786\n"))
    acme.refresh_from_db()
    assert (acme.phone, acme.notes, acme.tags) == ("+353 20 914 8786", "Ours", ["gold"])


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("account_number,name,status\nC-7,Good,active\nC-8,Bad,gone\n", "gone"),
        ("account_number,name,phone\nC-7,Good,\nC-8,Bad,ring me\n", "Write a telephone number"),
        ("account_number,name\nC-7,Good\nC-8,\n", "name"),
        ("account_number,name,nmae\nC-7,Good,x\n", "Unknown column nmae"),
    ],
)
def test_one_wrong_row_stops_the_whole_file_and_is_named(browser, rows, complaint):
    preview = upload(browser, rows)
    assert "confirm_form" not in preview.context
    assert complaint in preview.content.decode()
    assert not Company.objects.exists()


def test_a_file_that_is_too_large_is_refused(browser, monkeypatch):
    monkeypatch.setattr(imports, "MEGABYTES", 0)
    assert "larger than" in upload(browser, "account_number,name\nC-7,Good\n").content.decode()


def test_a_small_file_that_unpacks_to_a_huge_one_is_refused_unread(browser, monkeypatch):
    content = bomb(51)
    assert len(content) < 100_000
    monkeypatch.setattr(formats.CappedXLSX, "create_dataset", None)  # it would fail
    text = upload(browser, content, kind=XLSX, name="rows.xlsx").content.decode()
    assert "Unpacked, the file is larger than 50 MB" in text


def test_a_cell_far_away_does_not_make_millions_of_empty_ones(browser):
    book = openpyxl.Workbook()
    book.active.append(["account_number", "name"])
    book.active.append(["C-7", "Good"])
    book.active["XFD1048576"] = "far"
    packed = io.BytesIO()
    book.save(packed)
    dataset = formats.CappedXLSX().create_dataset(packed.getvalue())
    assert dataset.headers == ["account_number", "name"]
    assert len(dataset) == resources.ROWS + 1
    text = upload(browser, packed.getvalue(), kind=XLSX, name="rows.xlsx").content.decode()
    assert "more than 20000 rows" in text


def test_too_many_rows_are_refused(browser, monkeypatch):
    monkeypatch.setattr(resources, "ROWS", 1)
    text = upload(browser, "account_number,name\nC-7,A\nC-8,B\n").content.decode()
    assert "more than 1 rows" in text


@pytest.mark.parametrize("content", [b"\xff\xfe\x00rubbish", b"", b"PK\x03\x04broken"])
@pytest.mark.parametrize("kind", [CSV, XLSX])
def test_rubbish_is_refused_politely(browser, content, kind):
    assert upload(browser, content, kind=kind).status_code == 200
    assert not Company.objects.exists()


def test_excel_works_too(browser):
    book = tablib.Dataset(
        ["C-7", "Käthe GmbH", 353209148786], headers=["account_number", "name", "phone"]
    )
    preview = upload(browser, book.export("xlsx"), kind=XLSX, name="rows.xlsx")
    confirm(browser, preview)
    company = Company.objects.get()
    assert (company.name, company.phone) == ("Käthe GmbH", "353209148786")


def export(browser, model):
    answer = browser.post(f"/admin/directory/{model}/export/", {"format": CSV, "resource": "0"})
    return answer.content.decode()


@pytest.mark.parametrize("start", ["=1+1", "+353 20", "-1", "@SUM(A1)", "'=1"])
def test_no_cell_of_an_export_is_a_formula_and_all_come_back_as_they_were(browser, acme, start):
    Company.objects.filter(pk=acme.pk).update(legal_name=start)
    exported = export(browser, "company")
    row = next(csv.DictReader(io.StringIO(exported)))
    assert row["legal_name"] == f"'{start}"
    Company.objects.filter(pk=acme.pk).update(legal_name="other")
    confirm(browser, upload(browser, exported))
    acme.refresh_from_db()
    assert acme.legal_name == start


def test_an_exported_file_changes_nothing_when_it_comes_back(browser, acme, globex):
    Contact.objects.create(
        company=acme,
        first_name="Nora",
        last_name="O'Brien",
        emails=["a@x.example", "b@x.example"],
        roles=["billing"],
        phones=["+353 20 914 8786"],
        vip=True,
        active_from="2024-02-29",
        notes="Two\nlines, and a comma",
    )
    hall = Location(company=acme, name="Hall", city="Cork", country="IE", postal_code="0123")
    operations.save(hall, by=None)
    for model in ("company", "contact", "location"):
        path = f"/admin/directory/{model}/import/"
        confirm(browser, upload(browser, export(browser, model), path), path)
    assert set(Company.objects.values_list("version", flat=True)) == {1}
    assert Contact.objects.get().version == 1
    assert Location.objects.get().version == 1


def test_locations_are_found_again_by_company_and_name_and_the_default_moves(browser, acme):
    path = "/admin/directory/location/import/"
    rows = "company,name,city,is_default\nC-1001,Hall,Cork,1\nc-1001,Depot,Dublin,\n"
    confirm(browser, upload(browser, rows, path), path)
    places = acme.locations.order_by("created_at")
    assert [(row.name, row.is_default) for row in places] == [("Hall", True), ("Depot", False)]
    rows = "company,name,city,is_default\nC-1001,Depot,Galway,1\n"
    confirm(browser, upload(browser, rows, path), path)
    assert [(row.city, row.is_default) for row in places.all()] == [
        ("Cork", False),
        ("Galway", True),
    ]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("company,name\nC-99,Hall\n", "No company has the account number C-99"),
        ("company,name,country\nC-1001,Hall,XX\n", "ISO 3166"),
        ("company,name\nC-1001,\n", "name"),
        ("id,company,name\n00000000-0000-0000-0000-000000000000,C-1001,A\n", "No location has"),
    ],
)
def test_a_wrong_location_is_named(browser, acme, rows, complaint):
    text = upload(browser, rows, "/admin/directory/location/import/").content.decode()
    assert complaint in text
    assert not Location.objects.exists()


def test_a_contact_is_found_again_by_company_and_address(browser, acme):
    path = "/admin/directory/contact/import/"
    rows = 'company,first_name,emails,roles\nc-1001,Nora,Nora@Acme.example,"primary,billing"\n'
    confirm(browser, upload(browser, rows, path), path)
    nora = Contact.objects.get()
    assert (nora.company, nora.roles) == (acme, ["primary", "billing"])
    confirm(browser, upload(browser, rows.replace("Nora,", "Nóra,", 1), path), path)
    assert [row.first_name for row in Contact.objects.all()] == ["Nóra"]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ("company,first_name\nC-99,Nora\n", "No company has the account number C-99"),
        ("id,company,first_name\nabc,C-1001,Nora\n", "abc is not an id"),
        ("company,first_name,roles\nC-1001,Nora,boss\n", "roles"),
        ("company,first_name,active_from\nC-1001,Nora,soon\n", "date"),
    ],
)
def test_a_wrong_contact_is_named(browser, acme, rows, complaint):
    text = upload(browser, rows, "/admin/directory/contact/import/").content.decode()
    assert complaint in text
    assert not Contact.objects.exists()
