"""What the directory refuses, whether it comes through the ORM or a form."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from nexus.directory.models import Company, Contact, Location

pytestmark = pytest.mark.django_db


def now_checked(write):
    """Run ``write`` and make the database check at once what it checks at commit."""
    with transaction.atomic():
        write()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.fixture
def nora(acme):
    return Contact.objects.create(company=acme, first_name="Nora", last_name="Byrne")


@pytest.mark.parametrize(
    ("fields", "constraint", "sentence"),
    [
        ({"status": "gone"}, "company_status_known", "status"),
        ({"account_number": "c 1"}, "company_account_number_shape", "capital letters"),
        ({"account_number": "C-1001"}, "account_number", "Another company has this account number"),
        ({"name": ""}, "company_has_name", "name"),
    ],
)
def test_a_company_is_refused(acme, fields, constraint, sentence):
    company = Company(**{"account_number": "C-2", "name": "New", **fields})
    with pytest.raises(ValidationError):
        company.full_clean()
    company = Company(**{"account_number": "C-2", "name": "New", **fields})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        company.save()


def test_the_message_of_a_taken_account_number(acme):
    with pytest.raises(ValidationError, match="Another company has this account number"):
        Company(account_number="C-1001", name="Copy").full_clean()


@pytest.mark.parametrize(
    ("fields", "constraint", "sentence"),
    [
        ({"first_name": "", "last_name": ""}, "contact_has_name", "Give a first or a last name"),
        ({"roles": ["boss"]}, "contact_roles_known", "roles"),
        (
            {"active_from": date(2026, 5, 1), "active_until": date(2026, 5, 1)},
            "contact_active_range",
            "The last day must come after the first",
        ),
    ],
)
def test_a_contact_is_refused(acme, fields, constraint, sentence):
    contact = Contact(**{"company": acme, "first_name": "Nora", **fields})
    with pytest.raises(ValidationError, match=sentence):
        contact.full_clean()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        contact.save()


@pytest.mark.parametrize("field", ["primary_contact", "billing_contact"])
def test_the_contact_a_company_names_is_its_own(acme, globex, nora, field):
    setattr(globex, field, nora)
    with pytest.raises(ValidationError, match="Nora Byrne is not a contact of this company"):
        globex.full_clean()
    with pytest.raises(IntegrityError, match=f"company_{field}_own"):
        now_checked(globex.save)
    setattr(acme, field, nora)
    acme.full_clean()
    now_checked(acme.save)


def test_a_named_contact_cannot_leave_the_company(acme, globex, nora):
    acme.primary_contact = nora
    acme.save()
    nora.company = globex
    with pytest.raises(ValidationError, match="change that first"):
        nora.full_clean()
    with pytest.raises(IntegrityError, match="company_primary_contact_own"):
        now_checked(nora.save)


def test_a_contact_works_at_a_location_of_the_own_company(acme, globex, nora):
    nora.location = Location.objects.create(company=globex, name="Port")
    with pytest.raises(ValidationError, match="This location belongs to another company"):
        nora.full_clean()
    with pytest.raises(IntegrityError, match="contact_location_same_company"):
        now_checked(nora.save)


def test_a_location_with_contacts_cannot_change_company(acme, globex, nora):
    depot = Location.objects.create(company=acme, name="Depot")
    nora.location = depot
    nora.save()
    depot.company = globex
    with pytest.raises(ValidationError, match="Contacts of the old company work at this location"):
        depot.full_clean()
    with pytest.raises(IntegrityError, match="contact_location_same_company"):
        now_checked(depot.save)


@pytest.mark.parametrize("who", ["tech", "globex_user"])
def test_only_a_client_account_of_the_company_fits_a_contact(nora, who, request):
    nora.user = request.getfixturevalue(who)
    with pytest.raises(ValidationError, match="Only a client account of the same company fits"):
        nora.full_clean()
    with pytest.raises(IntegrityError, match="contact_user_same_company"):
        now_checked(nora.save)


def test_the_own_client_account_fits(nora, acme_user):
    nora.user = acme_user
    nora.full_clean()
    now_checked(nora.save)


def test_an_account_with_a_contact_cannot_change_company(nora, acme_user, globex):
    from nexus.accounts import operations

    nora.user = acme_user
    nora.save()
    for change in ({"company": globex}, {"permission_level": "technician", "company": None}):
        with pytest.raises(ValidationError, match="The contact Nora Byrne of Acme Manufacturing"):
            operations.update_user(user=acme_user, by=None, **change)


def test_an_account_belongs_to_one_contact(acme, nora, acme_user):
    nora.user = acme_user
    nora.save()
    other = Contact(company=acme, first_name="Cillian", user=acme_user)
    with pytest.raises(ValidationError, match="This account belongs to another contact"):
        other.full_clean()


def test_a_company_has_one_default_location(acme):
    Location.objects.create(company=acme, name="Office", is_default=True)
    second = Location(company=acme, name="Depot", is_default=True)
    with pytest.raises(ValidationError, match="This company has a default location already"):
        second.full_clean()
    with pytest.raises(IntegrityError, match="location_one_default"), transaction.atomic():
        second.save()


@pytest.mark.parametrize("country", ["XX", "IRL", "1"])
def test_a_country_is_two_letters_of_the_standard(acme, country):
    with pytest.raises(ValidationError, match="country"):
        Location(company=acme, name="Office", country=country).full_clean()


def test_values_are_written_one_way():
    company = Company(
        account_number=" c-7 ",
        name="  Acme \t Works ",
        domains=["https://Acme.example/x", "acme.example", "www.acme.example"],
        tags=["Gold", " gold ", "24x7"],
        phone="00353 20 914 8786",
        website="www.acme.example",
    )
    company.full_clean()
    assert (company.account_number, company.name) == ("C-7", "Acme Works")
    assert company.domains == ["acme.example", "www.acme.example"]
    assert company.tags == ["24x7", "gold"]
    assert company.phone == "+353 20 914 8786"
    assert company.website == "https://www.acme.example"


def test_a_contact_is_written_one_way(acme):
    contact = Contact(
        company=acme,
        first_name=" Nora",
        emails=["Nora@ACME.example", "nora@acme.example "],
        phones=["00353 20 914 8786"],
        roles=["technical", "primary", "primary"],
    )
    contact.full_clean()
    assert contact.emails == ["nora@acme.example"]
    assert contact.phones == ["+353 20 914 8786"]
    assert contact.roles == ["primary", "technical"]


@pytest.mark.parametrize("external_ids", [[], {"rmm": 1}, {"": "x"}, "x"])
def test_external_ids_are_names_and_text(external_ids):
    with pytest.raises(ValidationError, match="names and keys as text"):
        Company(account_number="C-1", name="A", external_ids=external_ids).full_clean()


@pytest.mark.parametrize(
    ("day", "active"),
    [
        (date(2026, 4, 30), False),
        (date(2026, 5, 1), True),
        (date(2026, 5, 31), True),
        (date(2026, 6, 1), False),
    ],
)
def test_the_last_day_is_the_first_day_gone(acme, day, active):
    Contact.objects.create(
        company=acme, first_name="Nora", active_from=date(2026, 5, 1), active_until=date(2026, 6, 1)
    )
    assert Contact.objects.active_on(day).exists() is active


def test_a_client_sees_the_current_rows_of_the_own_company(acme, globex, acme_user, tech):
    mine = Contact.objects.create(company=acme, first_name="Nora")
    Contact.objects.create(company=acme, first_name="Old", archived_at="2026-01-01T00:00Z")
    Contact.objects.create(company=globex, first_name="James")
    assert list(Contact.objects.visible_to(acme_user)) == [mine]
    assert list(Company.objects.visible_to(acme_user)) == [acme]
    assert Contact.objects.visible_to(tech).count() == 3
