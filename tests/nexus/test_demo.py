"""The invented clients of the demo."""

import time

import pytest
from django.core.management.base import CommandError

from nexus.accounts.models import User
from nexus.demo import loader
from nexus.demo.clients import read_clients
from nexus.demo.management.commands.load_demo import Command
from nexus.directory.models import Company, Contact, Location

pytestmark = pytest.mark.django_db


def test_it_refuses_outside_the_demo(settings):
    settings.DEMO = False
    with pytest.raises(CommandError, match=r"by \./hm demo only"):
        Command().handle()
    assert not User.objects.exists()


def test_it_loads_once_and_touches_nothing_the_second_time(settings):
    settings.DEMO = True
    started = time.monotonic()
    Command().handle()
    assert time.monotonic() - started < 3
    Company.objects.filter(account_number="C-1001").update(name="Renamed by somebody")
    Command().handle()
    assert (Company.objects.count(), Contact.objects.count()) == (25, 300)
    assert Company.objects.filter(name="Renamed by somebody").exists()


@pytest.fixture
def loaded():
    loader.load()


def test_ids_never_change(loaded):
    assert Company.objects.get(account_number="C-1001").pk == loader.demo_id("company", "C-1001")
    assert str(loader.demo_id("company", "C-1001")) == "9396e6f7-dba4-5731-bf01-01218701fbdb"


@pytest.mark.parametrize(
    ("username", "level", "company"),
    [
        ("admin", "admin", None),
        ("tech", "technician", None),
        ("billing", "billing", None),
        ("acme", "client", "Acme Manufacturing"),
        ("globex", "client", "Globex Logistics"),
    ],
)
def test_the_accounts(loaded, username, level, company):
    user = User.objects.get_by_natural_key(username)
    assert user.check_password("hivematrix-demo")
    assert user.permission_level == level
    assert (user.company.name if user.company else None) == company
    user.full_clean()
    if company:
        assert user.contact.company == user.company
        assert user.contact.full_name == user.full_name


def test_every_row_is_one_people_could_have_typed(loaded):
    for model in (Company, Location, Contact):
        for row in model.objects.all():
            before = {field.attname: getattr(row, field.attname) for field in row._meta.fields}
            row.full_clean()
            assert before == {
                field.attname: getattr(row, field.attname) for field in row._meta.fields
            }


def test_the_clients_are_varied(loaded):
    names = " ".join(Company.objects.values_list("name", flat=True))
    for sample in ("é", "'", "龙", "נ", "ا", "ü", "Ż", "ø" if "ø" in names else "æ"):
        assert sample in names
    statuses = set(Company.objects.values_list("status", flat=True))
    assert statuses == {"active", "former", "prospect"}
    assert len({contact.full_name for contact in Contact.objects.all()}) == 300
    assert Company.objects.filter(locations__is_default=True).distinct().count() == 25
    assert Location.objects.values("country").distinct().count() > 8


def test_domains_and_telephones_belong_to_nobody(loaded):
    for client in read_clients():
        assert all(domain.endswith(".example") for domain in client.domains)
    for contact in Contact.objects.all():
        assert all(phone.startswith("+353 20 91") for phone in contact.phones)
