"""The pages of usage: who reaches them, and what they do."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, NOVEMBER, signed_in, workstations
from treasury.usage.models import ContactBilling, Device, TimeEntry, Upload

pytestmark = pytest.mark.django_db

PERSON = {
    "id": str(uuid.uuid4()), "company": str(ACME), "full_name": "Anna of Acme",
    "active_from": None, "active_until": None,
}  # fmt: skip


@pytest.fixture
def tech(nexus):
    nexus.contacts = [PERSON]
    return signed_in(Level.TECHNICIAN, access=nexus.access("tech"))


@pytest.fixture
def client_of_acme(nexus):
    return signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME)))


def device(**fields) -> Device:
    values = {"company_id": ACME, "hostname": "ws-1", "kind": "workstation", "start": NOVEMBER}
    return Device.objects.create(**{**values, **fields})


def test_clients_reach_none_of_these_pages_and_staff_all(tech, client_of_acme):
    row = device()
    addresses = [
        *[reverse(f"usage-{kind}") for kind in ("devices", "time", "readings", "import")],
        *[reverse(f"usage-{kind}-add", args=[ACME]) for kind in ("devices", "time", "readings")],
        reverse("usage-devices-edit", args=[row.pk]),
        reverse("usage-devices-remove", args=[row.pk]),
        reverse("usage-contacts", args=[ACME]),
        reverse("usage-contact-bill", args=[ACME, PERSON["id"]]),
        reverse("usage-import-devices"),
    ]
    for address in addresses:
        assert client_of_acme.get(address).status_code == 403, address
        assert tech.get(address).status_code == 200, address


@pytest.mark.parametrize(
    "address",
    [
        "/usage/devices/7d0fdcd4-7a39-4b5f-8a39-0b6d8fbb9e01",
        "/usage/readings/99999",
        "/clients/7d0fdcd4-7a39-4b5f-8a39-0b6d8fbb9e01/devices/new",
        "/clients/7d0fdcd4-7a39-4b5f-8a39-0b6d8fbb9e01/contacts",
        f"/clients/{ACME}/contacts/7d0fdcd4-7a39-4b5f-8a39-0b6d8fbb9e01",
        "/usage/import/7d0fdcd4-7a39-4b5f-8a39-0b6d8fbb9e01",
    ],
)
def test_what_does_not_exist_is_not_found(tech, address):
    assert tech.get(address).status_code == 404


def test_the_list_shows_what_is_there_today_with_a_fixed_number_of_queries(
    tech, django_assert_num_queries
):
    workstations(ACME, *[NOVEMBER] * 30)
    workstations(GLOBEX, *[NOVEMBER] * 30)
    device(hostname="old", end=date(2025, 12, 1))
    tech.get(reverse("usage-devices"))  # the menu is asked for once
    with django_assert_num_queries(2):  # the session, the devices
        page = tech.get(reverse("usage-devices")).content.decode()
    assert page.count("<tr>") == 51
    assert "Acme" in page
    page = tech.get(reverse("usage-devices"), {"q": "WS-00", "company": str(GLOBEX)})
    assert b"ws-001" not in page.content
    assert b"old" in tech.get(reverse("usage-devices"), {"state": "gone"}).content


def test_a_device_is_added_and_a_mistake_keeps_what_was_typed(tech):
    address = reverse("usage-devices-add", args=[ACME])
    typed = {"hostname": "ws-9", "kind": "server", "start": "2025-11-05", "treatment": "custom"}
    page = tech.post(address, typed)
    assert page.status_code == 200
    assert b'value="ws-9"' in page.content
    assert b"only there" in page.content
    answer = tech.post(address, {**typed, "custom_price": "80", "last_day": "2025-11-30"})
    assert answer.status_code == 302
    row = Device.objects.get()
    assert (row.company_id, row.custom_price, row.end) == (ACME, 80, date(2025, 12, 1))
    again = tech.post(address, {**typed, "custom_price": "80"})
    assert b"there already" in again.content


def test_a_change_from_a_day_on_leaves_the_days_before(tech):
    row = device()
    typed = {
        "hostname": "ws-1", "kind": "workstation", "start": "2025-11-01", "treatment": "free",
        "from_day": "2025-11-10",
    }  # fmt: skip
    assert tech.post(reverse("usage-devices-edit", args=[row.pk]), typed).status_code == 302
    rows = Device.objects.order_by("start").values_list("treatment", "start", "end")
    assert list(rows) == [
        ("normal", NOVEMBER, date(2025, 11, 10)),
        ("free", date(2025, 11, 10), None),
    ]


def test_removing_asks_first(tech):
    row = device()
    address = reverse("usage-devices-remove", args=[row.pk])
    assert b"As if it had never been there" in tech.get(address).content
    assert Device.objects.exists()
    tech.post(address)
    assert not Device.objects.exists()


def test_work_is_typed_as_hours_and_minutes(tech):
    address = reverse("usage-time-add", args=[ACME])
    typed = {"day": "2025-11-20", "person": "Tara", "minutes": "1:30", "rate_class": "standard"}
    assert tech.post(address, {**typed, "billable": "on"}).status_code == 302
    assert TimeEntry.objects.get().minutes == 90
    assert b"1:30" in tech.get(reverse("usage-time")).content
    wrong = tech.post(address, {**typed, "minutes": "soon"})
    assert b"is not a number" in wrong.content


def test_a_contact_is_billed_in_another_way_from_a_day(tech):
    address = reverse("usage-contact-bill", args=[ACME, PERSON["id"]])
    tech.post(address, {"treatment": "free", "start": "2025-11-01", "note": "Owner"})
    assert ContactBilling.objects.get().company_id == ACME
    page = tech.get(reverse("usage-contacts", args=[ACME])).content.decode()
    assert "Free" in page
    assert "Owner" in page
    again = tech.post(address, {"treatment": "normal", "start": "2025-12-01"})
    assert b"in another way on these days" in again.content


def upload(tech, content: str):
    file = SimpleUploadedFile("devices.csv", content.encode())
    return tech.post(reverse("usage-import"), {"kind": "devices", "file": file})


def test_an_import_shows_what_it_would_do_then_does_it_once(tech):
    answer = upload(tech, "company,hostname,kind\nC-1001,ws-1,workstation\nC-1001,ws-2,server\n")
    page = tech.get(answer["Location"]).content.decode()
    assert "2 to add" in page
    assert not Device.objects.exists()
    assert tech.post(answer["Location"], follow=True).status_code == 200
    assert Device.objects.count() == 2
    assert tech.post(answer["Location"]).status_code == 404, "confirmed twice"
    assert not Upload.objects.exists()


def test_an_import_with_a_mistake_changes_nothing_and_names_the_row(tech):
    answer = upload(tech, "company,hostname,kind\nC-1001,ws-1,workstation\nC-1001,ws-2,toaster\n")
    page = tech.get(answer["Location"]).content.decode()
    assert "1 row cannot be taken" in page
    assert "toaster" in page
    assert tech.post(answer["Location"]).status_code == 200
    assert not Device.objects.exists()


def test_the_upload_of_somebody_else_is_not_found(tech, nexus):
    answer = upload(tech, "company,hostname,kind\nC-1001,ws-1,workstation\n")
    other = signed_in(Level.TECHNICIAN, access=nexus.access("billing"))
    assert other.get(answer["Location"]).status_code == 404


def test_without_nexus_an_import_waits(tech, nexus):
    answer = upload(tech, "company,hostname,kind\nC-1001,ws-1,workstation\n")
    nexus.down = True
    assert tech.get(answer["Location"]).status_code == 503
    assert Upload.objects.exists()
