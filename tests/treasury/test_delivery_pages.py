"""Sending an invoice by a page: who may, to whom it goes, and what the log tells."""

from __future__ import annotations

import uuid

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from hm_auth.answers import Caller
from hm_auth.permissions import Level
from tests.treasury.people import ACME, GLOBEX, draft, issued, signed_in
from treasury.clients.models import ClientTerms
from treasury.delivery import recipients, sending
from treasury.delivery.models import Delivery
from treasury.delivery.recipients import invoice_emails
from treasury.invoices.models import Invoice

pytestmark = pytest.mark.django_db
AP = "ap@acme.example"


@pytest.fixture
def ready() -> Invoice:
    return issued(ACME)


@pytest.fixture
def people(nexus):
    return {
        "admin": signed_in(Level.ADMIN, access=nexus.access("admin")),
        "billing": signed_in(Level.BILLING, access=nexus.access("billing")),
        "technician": signed_in(Level.TECHNICIAN, access=nexus.access("tech")),
        "acme": signed_in(Level.CLIENT, ACME, access=nexus.access("acme", company=str(ACME))),
    }


def test_only_billing_and_admins_send(people, ready):
    waiting = draft(GLOBEX)
    for invoice, expected in ((ready, 200), (waiting, 404)):
        address = reverse("invoice-send", args=[invoice.pk])
        found = {who: client.get(address).status_code for who, client in people.items()}
        assert found == {"admin": expected, "billing": expected, "technician": 403, "acme": 403}
    assert people["acme"].post(reverse("invoice-send", args=[ready.pk])).status_code == 403
    assert people["billing"].get(reverse("invoice-send", args=[uuid.uuid4()])).status_code == 404
    assert not Delivery.objects.exists()


def test_the_clerk_sends_it_and_sees_what_became_of_it(people, ready, nexus):
    ClientTerms.objects.create(company_id=ACME, invoice_emails=[AP])
    address, page = reverse("invoice-send", args=[ready.pk]), reverse("invoice", args=[ready.pk])
    assert "Not sent yet." in people["billing"].get(page).content.decode()
    shown = people["billing"].get(address).content.decode()
    assert f'value="{AP}"' in shown
    assert "your invoice INV-00001 comes to" in shown
    answer = people["billing"].post(address, {"to": f"{AP}; nobody", "body": "Mine"})
    assert "nobody is no e-mail address." in answer.content.decode()
    assert "Mine" in answer.content.decode(), "what was typed is kept"
    answer = people["billing"].post(address, {"to": AP, "body": "Mine"}, follow=True)
    assert f"INV-00001 is on its way to {AP}." in answer.content.decode()
    again = people["billing"].post(address, {"to": AP, "body": "Mine"})
    assert "This waits to be sent already." in again.content.decode()
    sending.send_due()
    assert mail.outbox[0].body == "Mine"
    told = people["billing"].get(page).content.decode()
    assert "Send again" in told
    assert AP in told
    assert AP not in people["acme"].get(page).content.decode()
    assert Delivery.objects.get().created_by.username == "billing"


def test_without_terms_it_goes_to_the_billing_contact_and_without_nexus_to_nobody(
    nexus, monkeypatch
):
    contact = str(uuid.uuid4())
    nexus.companies[0]["billing_contact"] = contact
    nexus.contacts = [
        {"id": str(uuid.uuid4()), "company": str(ACME), "emails": ["other@acme.example"]},
        {"id": contact, "company": str(ACME), "emails": [AP, "second@acme.example"]},
    ]
    caller = Caller(nexus.access("billing"), "billing")
    nobody = uuid.uuid4()
    some = {ACME: [AP], GLOBEX: [], nobody: []}
    assert invoice_emails(caller, [ACME, GLOBEX, nobody]) == some
    monkeypatch.setattr(recipients, "FEW", 0)
    assert invoice_emails(caller, [ACME, GLOBEX, nobody]) == some
    ClientTerms.objects.create(company_id=GLOBEX, invoice_emails=["ap@globex.example"])
    assert invoice_emails(caller, [GLOBEX]) == {GLOBEX: ["ap@globex.example"]}
    nexus.down = True
    cache.clear()
    assert invoice_emails(caller, [ACME]) == {ACME: []}
