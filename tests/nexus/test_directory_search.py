"""Finding companies, contacts and locations, and that the index does the work."""

import pytest
from django.db import connection

from nexus.directory.models import Company, Contact, Location

pytestmark = pytest.mark.django_db


@pytest.fixture
def companies():
    names = [
        "O'Sullivan & Daughters",
        "Müller & Söhne",
        "Delikatesy Żubr",
        "龙凤贸易",
        "סטודיו נוף",
        "50% Off_Shop",
    ]
    rows = [
        Company(name=name, account_number=f"C-{1001 + index}", domains=[f"c{index}.example"])
        for index, name in enumerate(names)
    ]
    rows[0].phone = "+353 20 914 8786"
    return Company.objects.bulk_create(rows)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("osullivan", "O'Sullivan & Daughters"),
        ("O’Sullivan", "O'Sullivan & Daughters"),
        ("daughters o'sul", "O'Sullivan & Daughters"),
        ("muller sohne", "Müller & Söhne"),
        ("MU\u0308LLER", "Müller & Söhne"),
        ("zubr", "Delikatesy Żubr"),
        ("ŻUBR", "Delikatesy Żubr"),
        ("贸易", "龙凤贸易"),
        ("龙", "龙凤贸易"),
        ("נוף", "סטודיו נוף"),
        ("50%", "50% Off_Shop"),
        ("off_", "50% Off_Shop"),
        ("c-1002", "Müller & Söhne"),
        ("c2.example", "Delikatesy Żubr"),
        ("020 914 8786", "O'Sullivan & Daughters"),
        ("20-914-8786", "O'Sullivan & Daughters"),
    ],
)
def test_a_company_is_found_however_it_is_typed(companies, text, found):
    assert [row.name for row in Company.objects.search(text)] == [found]


@pytest.mark.parametrize("text", ["%", "\\", "_", "nobody", "o'sullivan muller", "'"])
def test_wildcards_are_ordinary_characters(companies, text):
    expected = {"%": 0, "\\": 0, "_": 0, "'": 6}.get(text, 0)
    assert Company.objects.search(text).count() == expected


def test_nothing_typed_finds_everything(companies):
    assert Company.objects.search("  ").count() == len(companies)


def test_names_sort_as_people_expect(companies):
    names = Company.objects.order_by("sort_name", "id").values_list("name", flat=True)
    assert list(names)[:4] == [
        "50% Off_Shop",
        "Delikatesy Żubr",
        "Müller & Söhne",
        "O'Sullivan & Daughters",
    ]


@pytest.mark.parametrize(
    "text", ["王伟", "伟", "wang.wei", "WANG", "914 8786", "+353 (20) 914-8786", "伟 longfeng"]
)
def test_a_contact_is_found_by_name_address_or_number(companies, text):
    Contact.objects.create(
        company=companies[3],
        first_name="伟",
        last_name="王",
        emails=["wang.wei@longfeng.example"],
        phones=["01 555 0100", "+353 20 914 8786"],
    )
    Contact.objects.create(company=companies[0], first_name="Nora", last_name="Byrne")
    assert [row.full_name for row in Contact.objects.search(text)] == ["王伟"]


def test_a_location_is_found_by_its_address_and_its_company(companies):
    depot = Location.objects.create(
        company=companies[1], name="Depot", line1="Königstraße 27", city="Stuttgart"
    )
    Location.objects.create(company=companies[0], name="Depot", city="Wexford")
    for text in ("konigstrasse", "muller depot", "depot stuttgart"):
        assert list(Location.objects.search(text)) == [depot]


@pytest.fixture
def twenty_thousand():
    with connection.cursor() as cursor:
        for table in ("directory_company", "directory_contact"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")  # no history of these
        cursor.execute(
            """
            INSERT INTO directory_company (
                id, external_ids, created_at, updated_at, version, account_number, name,
                legal_name, tax_id, status, domains, phone, website, tags, notes)
            SELECT gen_random_uuid(), '{}', now(), now(), 1, 'T-' || n, md5(n::text),
                '', '', 'active', ARRAY['d' || n || '.example'], '', '', '{}', ''
            FROM generate_series(1, 20000) n"""
        )
        cursor.execute(
            """
            INSERT INTO directory_contact (
                id, external_ids, created_at, updated_at, version, company_id,
                first_name, last_name, title, emails, phones, roles, vip, notes)
            SELECT gen_random_uuid(), '{}', now(), now(), 1, id, left(name, 8), right(name, 8),
                '', ARRAY[left(name, 8) || '@x.example'], '{}', '{}', false, ''
            FROM directory_company"""
        )
        # As autovacuum would: write pending entries into the trigram indexes, count the rows.
        for index in ("company_search", "contact_search"):
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
        cursor.execute("ANALYZE directory_company, directory_contact")


def test_indexes_serve_search_and_every_order_of_twenty_thousand_rows(twenty_thousand):
    for text in ("c4ca42", "c4 ca", "1234567", "Żü"):
        assert "company_search" in Company.objects.search(text).explain(), text
        assert "contact_search" in Contact.objects.search(text).explain(), text
    for rows, order, index in (
        (Company.objects.all(), ("sort_name", "id"), "company_sort_name"),
        (Company.objects.all(), ("name", "id"), "company_name"),
        (Company.objects.all(), ("updated_at", "id"), "company_updated"),
        (Company.objects.filter(status="active"), ("sort_name", "id"), "company_"),
        (Contact.objects.all(), ("sort_name", "id"), "contact_sort_name"),
        (Contact.objects.all(), ("last_name", "first_name", "id"), "contact_name"),
        (Contact.objects.all(), ("updated_at", "id"), "contact_updated"),
    ):
        plan = rows.order_by(*order)[:100].explain()
        assert index in plan, order
        assert "Seq Scan" not in plan, order
