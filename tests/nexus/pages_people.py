"""The standing personas of the page tests, signed in through the sign-in page itself."""

from django.test import Client

from nexus.accounts.models import User
from nexus.directory.models import Company, Contact, Location
from nexus.modules.models import Module

PASSWORD = "correct horse battery"
LEVELS = ("admin", "technician", "billing", "client")
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def make_company(number="C-1001", name="Acme Manufacturing", **fields):
    company = Company.objects.create(account_number=number, name=name, **fields)
    Location.objects.create(company=company, name="Head office", city="Cork", is_default=True)
    return company


def make_contacts(company, count, **fields):
    return Contact.objects.bulk_create(
        Contact(company=company, first_name="Pat", last_name=f"Nr{n:04}", **fields)
        for n in range(count)
    )


def make_user(level, *, username=None, company=None, **fields):
    username = username or level
    return User.objects.create_user(
        username=username,
        email=f"{username}@people.example",
        password=PASSWORD,
        full_name=f"{username.capitalize()} Example",
        permission_level=level,
        company=company,
        **fields,
    )


def signed_in(user, *, password=PASSWORD, agent=FIREFOX):
    Module.objects.get_or_create(
        client_id="nexus", defaults={"name": "Nexus", "url": "http://n.example"}
    )
    client = Client(headers={"user-agent": agent})
    answer = client.post("/auth/login", {"username": user.username, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    return client
