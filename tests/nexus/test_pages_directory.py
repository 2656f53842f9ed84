"""Finding companies and contacts, and their pages."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from nexus.directory.models import Company, Contact
from nexus.pages.templatetags.nexus_pages import tel
from tests.nexus.pages_people import make_company, make_contacts, make_user, signed_in

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def tech():
    return signed_in(make_user("technician"))


def names(answer):
    return re.findall(r"hm-row-link[^>]*>([^<]*)<", answer.content.decode())


def test_the_list_finds_by_name_number_and_tag(tech):
    make_company(tags=["gold"])
    make_company("C-1002", "Globex Logistics", status="former")
    assert names(tech.get("/companies?q=acme")) == ["Acme Manufacturing"]
    assert names(tech.get("/companies?q=c-1002")) == ["Globex Logistics"]
    assert names(tech.get("/companies?tag=gold")) == ["Acme Manufacturing"]
    assert names(tech.get("/companies?status=former")) == ["Globex Logistics"]
    assert names(tech.get("/companies?sort=number")) == ["Acme Manufacturing", "Globex Logistics"]
    assert names(tech.get("/companies?sort=updated")) == ["Globex Logistics", "Acme Manufacturing"]


def test_nonsense_in_the_address_is_ignored(tech):
    make_company()
    query = "q=%00&status=zz&sort=;--&after=junk&archived=maybe&tag=" + "x" * 99
    assert tech.get(f"/companies?{query}").status_code == 200
    assert tech.get("/contacts?q=%00&role=king&after=junk&vip=&former=2").status_code == 200
    assert tech.get("/search?q=%00").status_code == 200
    assert tech.get("/companies/C-1001?q=%00&after=junk").status_code == 200


def test_archived_companies_show_only_when_asked_for(tech):
    make_company(archived_at=timezone.now())
    assert names(tech.get("/companies")) == []
    assert names(tech.get("/companies?archived=1")) == ["Acme Manufacturing"]


def test_empty_lists_say_why(tech):
    assert "No companies yet" in tech.get("/companies").content.decode()
    assert "No company matches" in tech.get("/companies?q=zzz").content.decode()
    assert "No contact matches" in tech.get("/contacts?q=zzz").content.decode()


def test_typing_gets_only_the_results_and_going_back_the_whole_page(tech):
    make_company()
    part = tech.get("/companies?q=acme", headers=HTMX)
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]
    whole = tech.get("/companies?q=acme", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()


def test_next_page_goes_on_where_the_first_ended(tech):
    Company.objects.bulk_create(
        Company(account_number=f"C-{n}", name=f"Company {n:03}") for n in range(120)
    )
    address, seen = "/companies", []
    while address:
        answer = tech.get(address)
        seen += names(answer)
        link = re.search(r'rel="next" href="([^"]*)"', answer.content.decode())
        address = "/companies" + link[1].replace("&amp;", "&") if link else None
    assert seen == [f"Company {n:03}" for n in range(120)]


def test_the_list_takes_as_many_queries_for_1000_rows_as_for_25(
    tech, django_assert_max_num_queries
):
    for start, stop in ((0, 25), (25, 1000)):
        Company.objects.bulk_create(
            Company(account_number=f"C-{n}", name=f"Company {n}") for n in range(start, stop)
        )
        with django_assert_max_num_queries(4):
            tech.get("/companies")


def test_contacts_show_who_is_there_today(tech):
    acme = make_company()
    today = timezone.localdate()
    Contact.objects.create(company=acme, last_name="Now", active_until=today + timedelta(days=1))
    Contact.objects.create(company=acme, last_name="Gone", active_until=today)
    Contact.objects.create(company=acme, last_name="Soon", active_from=today + timedelta(days=1))
    assert names(tech.get("/contacts")) == ["Now"]
    page = tech.get("/contacts?former=1")
    assert sorted(names(page)) == ["Gone", "Now", "Soon"]
    assert page.content.decode().count("Not active today") == 2


def test_contacts_filter_by_role_and_vip(tech):
    acme = make_company()
    Contact.objects.create(company=acme, last_name="Payer", roles=["billing"])
    Contact.objects.create(company=acme, last_name="Boss", vip=True)
    assert names(tech.get("/contacts?role=billing")) == ["Payer"]
    assert names(tech.get("/contacts?vip=1")) == ["Boss"]


def test_contacts_can_be_mailed_and_called(tech):
    contact = Contact.objects.create(
        company=make_company(),
        last_name="O'Hara",
        emails=["x@acme.example"],
        phones=["+353 (0)21-555"],
    )
    for address in ("/contacts", f"/contacts/{contact.id}", "/companies/C-1001"):
        page = tech.get(address).content.decode()
        assert 'href="mailto:x@acme.example"' in page
        assert 'href="tel:+35321555"' in page
        assert "O&#x27;Hara" in page


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("+44 (0)20 7946 0018", "tel:+442079460018"),
        ("020 7946-0018", "tel:02079460018"),
        ("+1 555.010.9999 ext. 42", "tel:+15550109999;ext=42"),
        ("+1 555 010 9999 x42", "tel:+15550109999;ext=42"),
    ],
)
def test_telephone_numbers_can_be_dialled(written, dialled):
    assert tel(written) == dialled


def test_contacts_take_as_many_queries_for_many_companies(tech, django_assert_max_num_queries):
    for n in range(30):
        make_contacts(make_company(f"C-{n}", f"Company {n}"), 2)
    with django_assert_max_num_queries(4):
        tech.get("/contacts")


def test_quick_search_finds_companies_and_contacts_in_two_queries(
    tech, django_assert_max_num_queries
):
    acme = make_company()
    make_contacts(acme, 20, emails=["p@acme.example"])
    with django_assert_max_num_queries(5):
        answer = tech.get("/search?q=acme", headers=HTMX)
    page = answer.content.decode()
    assert "<html" not in page
    assert page.count("/companies/C-1001") == 1
    assert page.count('href="/contacts/') == 8


def test_quick_search_works_as_a_page_without_javascript(tech):
    make_company()
    page = tech.get("/search?q=acme").content.decode()
    assert "<html" in page
    assert "/companies/C-1001" in page
    assert "Type a name" in tech.get("/search").content.decode()


def test_quick_search_with_an_empty_field_closes_the_list(tech):
    assert tech.get("/search?q=", headers=HTMX).content.strip() == b""


def test_the_company_page_takes_as_many_queries_for_2000_contacts_as_for_5(
    tech, django_assert_max_num_queries
):
    acme = make_company()
    make_contacts(acme, 5)
    with django_assert_max_num_queries(6):
        assert len(names(tech.get("/companies/C-1001"))) == 5
    Contact.objects.filter(company=acme).delete()
    make_contacts(acme, 2000)
    with django_assert_max_num_queries(6):
        assert len(names(tech.get("/companies/C-1001"))) == 50


def test_contacts_of_one_company_can_be_searched(tech):
    make_contacts(make_company(), 100)
    make_contacts(make_company("C-1002", "Globex"), 100)
    answer = tech.get("/companies/C-1001?q=nr0042", headers=HTMX)
    assert names(answer) == ["Pat Nr0042"]
    assert "<html" not in answer.content.decode()


def test_a_company_is_found_by_its_id_and_by_small_letters(tech):
    acme = make_company()
    assert tech.get(f"/companies/{acme.id}")["Location"] == "/companies/C-1001"
    assert tech.get("/companies/c-1001").status_code == 200
    assert tech.get("/companies/C-9").status_code == 404


def test_a_merged_company_leads_to_the_one_it_was_merged_into(tech):
    acme = make_company()
    make_company("C-7", "Acme (old)", archived_at=timezone.now(), merged_into=acme)
    assert tech.get("/companies/C-7")["Location"] == "/companies/C-1001"


def test_admins_see_the_accounts_of_a_company():
    acme = make_company()
    make_user("client", company=acme, username="alice")
    page = signed_in(make_user("admin")).get("/companies/C-1001").content.decode()
    assert "Alice Example" in page
    assert "Edit in admin" in page


def test_home_shows_technicians_what_changed_lately(tech, django_assert_max_num_queries):
    for n in range(12):
        make_company(f"C-{n}", f"Company {n}")
    with django_assert_max_num_queries(6):
        page = tech.get("/")
    assert names(page) == [f"Company {n}" for n in range(11, 3, -1)]


def test_home_shows_a_client_their_own_company(django_assert_max_num_queries):
    acme = make_company()
    make_contacts(acme, 3)
    make_contacts(make_company("C-1002", "Globex"), 3)
    client = signed_in(make_user("client", company=acme))
    with django_assert_max_num_queries(6):
        page = client.get("/")
    text = page.content.decode()
    assert "Acme Manufacturing" in text
    assert "Cork" in text
    assert "Globex" not in text
    assert len(names(page)) == 3


@pytest.mark.parametrize("role", ["primary_contact", "billing_contact"])
def test_an_archived_contact_is_not_named_as_the_one_to_call(role):
    acme = make_company()
    pat = make_contacts(acme, 1)[0]
    Company.objects.filter(pk=acme.pk).update(**{role: pat})
    client = signed_in(make_user("client", company=acme))
    link = f'href="/contacts/{pat.pk}" dir="auto">Pat'
    assert link in client.get("/companies/C-1001").content.decode()
    Contact.objects.filter(pk=pat.pk).update(archived_at=timezone.now())
    assert "Pat Nr0000" not in client.get("/companies/C-1001").content.decode()
