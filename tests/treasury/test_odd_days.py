"""A year that somebody mistyped is refused where it is typed: no error page, and no flood."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from hm_auth.permissions import Level
from tests.treasury.people import ACME, agreement, signed_in, workstations
from treasury.agreements.models import Agreement
from treasury.usage.intake import cells
from treasury.usage.models import Device

pytestmark = pytest.mark.django_db
ODD = ["0001-01-01", "0202-11-01", "9999-12-31"]


@pytest.fixture
def clerk(nexus):
    return signed_in(Level.BILLING, access=nexus.access("billing"))


@pytest.mark.parametrize("day", ODD)
def test_pages_ask_again(clerk, day):
    row = agreement(ACME, start=date(2025, 11, 1))
    line = row.additions.first()
    workstations(ACME, date(2025, 11, 1))
    device = Device.objects.get()
    for name in ("reports", "profitability", "receivables", "export"):
        asked = {"first": day, "last": day, "on": day}
        assert clerk.get(reverse(name), asked).status_code in {200, 400}, name
    for name, pk in (("agreement-end", row.pk), ("line-end", line.pk)):
        answer = clerk.post(reverse(name, args=[pk]), {"last_day": day})
        assert "Is that the right year?" in answer.content.decode(), name
    edited = {"hostname": "d", "kind": "workstation", "treatment": "normal", "start": day}
    page = clerk.post(reverse("usage-devices-edit", args=[device.pk]), {**edited, "last_day": day})
    assert page.content.decode().count("Is that the right year?") == 2
    page = clerk.post(reverse("agreement-new", args=[ACME]), {"title": "Old", "start": day})
    assert "Is that the right year?" in page.content.decode()
    assert Agreement.objects.get() == row, "else twenty thousand months would be due"


@pytest.mark.parametrize("day", ODD)
def test_programs_are_answered_400(callers, day):
    row = agreement(ACME, start=date(2025, 11, 1))
    admin = callers["admin"]
    for address in (f"agreements/{row.pk}/", f"additions/{row.additions.first().pk}/"):
        refused = admin.act(address, "end", {"last_day": day})
        assert list(refused.json()["errors"]) == ["last_day"], address
    new = {"company": str(ACME), "title": "Old", "start": day, "currency": "EUR"}
    assert "start" in admin.post("agreements/", new).json()["errors"]
    for address in (f"receivables/?on={day}", f"recurring-revenue/?first={day}&last={day}"):
        assert admin.get(address).status_code == 400, address


def test_files_name_the_cell():
    with pytest.raises(cells.Unreadable, match="look at the year"):
        cells.day("0202-11-01")
    assert cells.day("2026-11-01") == date(2026, 11, 1)


BACKWARDS = {"start": "2025-11-20", "last_day": "2025-11-03"}


def test_a_last_day_before_the_first_is_told_in_words(clerk, callers):
    row = agreement(ACME, start=date(2025, 11, 1))
    device = {"hostname": "d", "kind": "workstation", "treatment": "normal"}
    page = clerk.post(reverse("usage-devices-add", args=[ACME]), {**device, **BACKWARDS})
    assert "The last day must come after the first." in page.content.decode()
    old = row.additions.first()
    line = {"product": old.product_id, "kind": "recurring", "source": "fixed", "quantity": 1}
    more = {"included": 0, "scheme": "graduated", "increment": 1, "position": 1}
    page = clerk.post(reverse("line-add", args=[row.pk]), {**line, **more, **BACKWARDS})
    assert page.status_code == 200
    tax = {"name": "VAT", "category": "standard", "region": "IE", "percent": 23}
    admin = signed_in(Level.ADMIN, access=clerk.session.get("access", ""))
    assert admin.post(reverse("tax-add"), {**tax, **BACKWARDS}).status_code == 200
    sent = {"product": str(old.product_id), "agreement": str(row.pk), "source": "fixed"}
    sent |= {"quantity": "1", "start": "2025-11-20", "end": "2025-11-03"}
    assert callers["admin"].post("additions/", sent).status_code == 400
