"""Every page, for every level, for nobody, and for the client of another company."""

import pytest
from django.test import Client
from django.urls import reverse

from nexus.directory.models import Contact
from nexus.pages.urls import urlpatterns
from tests.nexus.pages_people import LEVELS, make_company, make_user, signed_in

pytestmark = pytest.mark.django_db

EVERYBODY = {*LEVELS, "outsider"}
STAFF = {"admin", "technician", "billing"}
OWN = {*STAFF, "client"}

# Who gets an answer; the others get 403, or 404 where the page itself is nobody's business.
PAGES = {
    "home": EVERYBODY,
    "search": STAFF,
    "companies": STAFF,
    "company-by-id": OWN,
    "company": OWN,
    "company-articles": OWN,
    "contacts": STAFF,
    "contact": OWN,
    "account": EVERYBODY,
    "new-api-token": EVERYBODY,
}
OWN_ROW = {"revoke-api-token"}
POST_ONLY = {"account-password", "end-session", "end-sessions"}
OPEN = {"password-reset", "password-reset-sent", "password-reset-confirm"}


def test_every_page_is_in_the_table():
    assert {pattern.name for pattern in urlpatterns} == {*PAGES, *OWN_ROW, *POST_ONLY, *OPEN}


@pytest.fixture
def addresses():
    company = make_company(notes="Pays late", external_ids={"rmm": "4711"})
    contact = Contact.objects.create(
        company=company, first_name="Ann", last_name="Lee", vip=True, notes="Allergic to nuts"
    )
    make_company("C-1002", "Globex Logistics")
    arguments = {
        "company-by-id": [company.id], "company": ["C-1001"], "company-articles": ["C-1001"],
        "contact": [contact.id],
    }  # fmt: skip
    return {name: reverse(name, args=arguments.get(name)) for name in PAGES}


@pytest.mark.parametrize("who", sorted(EVERYBODY))
def test_pages_answer_exactly_those_who_may_open_them(addresses, who):
    from nexus.directory.models import Company

    companies = {"client": "C-1001", "outsider": "C-1002"}
    number = companies.get(who)
    company = Company.objects.get(account_number=number) if number else None
    client = signed_in(make_user("client" if number else who, username=who, company=company))
    for name, address in addresses.items():
        status = client.get(address).status_code
        if who in PAGES[name]:
            assert status in (200, 302), (name, status)
        else:
            assert status in (403, 404), (name, status)


def test_strangers_are_sent_to_the_sign_in_page_and_come_back(addresses):
    for address in addresses.values():
        answer = Client().get(address)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/auth/login?next=%2F")


@pytest.mark.parametrize("name", sorted(POST_ONLY))
def test_actions_need_a_sign_in_and_a_post(name):
    address = reverse(
        name, args=["3b0f3c4e-3a9c-4a3f-8a51-0c4c8a5c1111"] if name == "end-session" else None
    )
    assert Client().post(address).status_code == 302
    client = signed_in(make_user("technician"))
    assert client.get(address).status_code == 405


def test_pages_answer_head_and_refuse_post(addresses):
    client = signed_in(make_user("technician"))
    for name in PAGES:
        assert client.head(addresses[name]).status_code in (200, 302), name
        refusal = 200 if name == "new-api-token" else 405  # an empty form is shown again
        assert client.post(addresses[name]).status_code == refusal, name


def test_it_refuses_a_post_from_another_site():
    user = make_user("technician")
    client = signed_in(user)
    client.handler.enforce_csrf_checks = True
    for name in ("account-password", "end-sessions", "new-api-token"):
        assert client.post(reverse(name)).status_code == 403
    assert user.sign_ins.filter(ended_at=None).count() == 1


def test_clients_see_no_internal_fields(addresses):
    from nexus.directory.models import Company

    acme = Company.objects.get(account_number="C-1001")
    client = signed_in(make_user("client", company=acme))
    for name in ("company", "contact"):
        page = client.get(addresses[name]).content.decode()
        for secret in (
            "Pays late",
            "4711",
            "VIP",
            "Allergic",
            "Who can sign in",
            "Edit in admin",
            '/companies"',
        ):
            assert secret not in page, (name, secret)


def test_billing_sees_notes_but_no_admin_links(addresses):
    page = signed_in(make_user("billing")).get(addresses["company"]).content.decode()
    assert "Pays late" in page
    assert "4711" in page
    assert "Edit in admin" not in page
    assert "Who can sign in" not in page
