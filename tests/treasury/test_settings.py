"""The settings: the business, taxes, and how a client is billed."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, seller, signed_in
from treasury.clients.models import ClientTerms
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate

pytestmark = pytest.mark.django_db

BUSINESS = {
    "name": "Hive IT", "country": "IE", "accent": "#1f6feb", "currency": "EUR", "tax_region": "IE",
    "tax_rounding": "per_invoice", "hour_cost": "38", "reminder_days": "7,21", "late_percent": "0",
    "late_flat": "0", "late_grace_days": "0",
}  # fmt: skip
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


@pytest.fixture
def people(nexus):
    return {level: signed_in(level, ACME, access=nexus.access("billing")) for level in Level}


def test_settings_are_the_admins_and_terms_those_of_billing(people):
    seller()
    rate = TaxRate.objects.get()
    pages = [reverse(name) for name in ("settings", "business", "taxes", "tax-add")]
    pages.append(reverse("tax-end", args=[rate.pk]))
    for page in pages:
        answers = {level: who.get(page).status_code for level, who in people.items()}
        assert answers == {**dict.fromkeys(Level, 403), Level.ADMIN: 200}, page
    terms = reverse("client-terms", args=[ACME])
    answers = {level: who.get(terms).status_code for level, who in people.items()}
    assert answers == {
        **dict.fromkeys(Level, 403), Level.ADMIN: 200, Level.BILLING: 200,
    }  # fmt: skip
    assert (
        people[Level.BILLING].get(reverse("client-terms", args=[uuid.uuid4()])).status_code == 404
    )


def test_the_business_is_filled_in_and_a_mistake_keeps_what_was_typed(people):
    admin = people[Level.ADMIN]
    assert b"Nothing can be billed before" in admin.get(reverse("settings")).content
    wrong = admin.post(reverse("business"), {**BUSINESS, "iban": "IE29AIBK93115212345679"})
    assert b"mistake in this number" in wrong.content
    assert b"IE29AIBK93115212345679" in wrong.content
    assert not Seller.objects.exists()
    typed = {**BUSINESS, "iban": "IE29 AIBK 9311 5212 3456 78"}
    typed["logo_file"] = SimpleUploadedFile("logo.png", PNG)
    assert admin.post(reverse("business"), typed).status_code == 302
    row = Seller.objects.get()
    assert (row.iban, bytes(row.logo)) == ("IE29AIBK93115212345678", PNG)
    assert b"data:image/png;base64," in admin.get(reverse("business")).content
    admin.post(reverse("business"), {**BUSINESS, "remove_logo": "on"})
    row.refresh_from_db()
    assert row.logo is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"tax_id": "IE6388047X"}, b"mistake in this VAT id"),
        ({"tax_id": "EL094259217", "country": "gr"}, b"mistake in this VAT id"),
        ({"peppol_id": "Hive"}, b"Use scheme and id"),
        ({"country": "I1"}, b"two letters of ISO 3166"),
        ({"bic": "AIBKIE2"}, b"mistake in this number"),
    ],
)
def test_a_mistyped_number_of_the_business_is_refused(people, typed, why):
    answer = people[Level.ADMIN].post(reverse("business"), {**BUSINESS, **typed})
    assert why in answer.content
    assert not Seller.objects.exists()


@pytest.mark.parametrize("number", ["IE6388047V", "ie 6388047v", "12/345/67890"])
def test_vat_ids_and_national_tax_numbers_are_taken(people, number):
    people[Level.ADMIN].post(reverse("business"), {**BUSINESS, "tax_id": number})
    assert Seller.objects.get().tax_id == number


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"<svg onload=alert(1)>", b"neither a PNG"), (PNG + b"0" * 300_000, b"larger than 200 KB")],
)
def test_a_logo_is_a_small_picture(people, content, why):
    typed = {**BUSINESS, "logo_file": SimpleUploadedFile("logo.png", content)}
    assert why in people[Level.ADMIN].post(reverse("business"), typed).content


def test_a_rate_is_ended_and_followed_by_the_next(people):
    seller()
    admin, rate = people[Level.ADMIN], TaxRate.objects.get()
    new = {"name": "VAT", "region": "IE", "category": "standard", "percent": "24"}
    clash = admin.post(reverse("tax-add"), {**new, "start": "2027-01-01"})
    assert b"another rate on some of these days" in clash.content
    early = admin.post(reverse("tax-end", args=[rate.pk]), {"last_day": "2011-01-01"})
    assert b"begins after that day" in early.content
    admin.post(reverse("tax-end", args=[rate.pk]), {"last_day": "2026-12-31"})
    assert admin.post(reverse("tax-add"), {**new, "start": "2027-01-01"}).status_code == 302
    assert list(TaxRate.objects.order_by("start").values_list("percent", "end")) == [
        (23, date(2027, 1, 1)),
        (24, None),
    ]
    assert admin.get(reverse("tax-end", args=[rate.pk])).status_code == 404


def test_who_owes_no_tax_needs_a_reason(people):
    clerk, address = people[Level.BILLING], reverse("client-terms", args=[ACME])
    typed = {"liability": "AE", "invoice_emails": "pay@acme.example, cfo@acme.example"}
    wrong = clerk.post(address, typed)
    assert b"Say why no tax is charged" in wrong.content
    assert b"cfo@acme.example" in wrong.content
    assert clerk.post(address, {**typed, "liability_reason": "Article 196"}).status_code == 302
    row = ClientTerms.objects.get()
    assert row.invoice_emails == ["pay@acme.example", "cfo@acme.example"]
