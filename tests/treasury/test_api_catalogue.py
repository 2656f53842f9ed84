"""The catalogue, terms and usage over REST: added, changed by who has read it, taken back."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.treasury.people import ACME, seller, workstation_care
from treasury.catalogue.models import PlanItem, Product
from treasury.usage.models import ContactBilling

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(callers):
    return callers["billing"]


def test_products_and_prices_are_added_and_mistakes_are_named(clerk):
    wrong = clerk.post("products/", {"sku": "X", "name": "X", "unit": "piece", "colour": "red"})
    assert wrong.json()["errors"] == {"colour": ["There is no such field."]}
    made = clerk.post("products/", {"sku": "X", "name": "X"})
    assert made.status_code == 201
    price = {
        "product": made.json()["id"], "currency": "EUR", "unit_price": "9.5", "start": "2026-01-01",
    }  # fmt: skip
    assert clerk.post("product-prices/", price).json()["unit_price"] == "9.50"
    twice = clerk.post("product-prices/", price)
    assert twice.status_code == 400
    assert "from that day" in str(twice.json()["errors"])
    assert Product.objects.get(sku="X").prices.count() == 1
    small = clerk.post("product-prices/", {**price, "currency": "JPY", "unit_price": "0.0035"})
    assert small.json()["unit_price"] == "0.0035"
    cost = clerk.post(
        "product-costs/",
        {**{k: price[k] for k in ("product", "currency", "start")}, "unit_cost": "4"},
    )
    assert (cost.status_code, cost.json()["unit_cost"]) == (201, "4.00")


def test_a_product_is_changed_only_by_who_has_read_it_as_it_is(clerk):
    path = f"products/{workstation_care().pk}/"
    read = clerk.get(path)["ETag"]
    assert clerk.send("patch", path, {"name": "A"}).json()["code"] == "precondition_required"
    first = clerk.patch(path, {"name": "A"}, read)
    assert first.json()["name"] == "A"
    lost = clerk.patch(path, {"name": "B"}, read)
    assert (lost.status_code, lost.json()["code"]) == (412, "precondition_failed")
    assert clerk.patch(path, {"unit": ""}, first["ETag"]).status_code == 400
    assert clerk.patch(path, {"name": "C"}, first["ETag"]).json()["name"] == "C"
    sparse = clerk.get(path, fields="name")
    assert (sparse.json(), sparse["ETag"]) == ({"name": "C"}, clerk.get(path)["ETag"])
    kept = clerk.send("get", path, **{"If-None-Match": sparse["ETag"]})
    assert kept.status_code == 304


def test_only_a_price_that_has_not_begun_is_taken_back(clerk):
    product, day = workstation_care(), timezone.localdate() + timedelta(days=10)
    price = {"product": str(product.pk), "currency": "EUR", "unit_price": "50", "start": str(day)}
    coming = clerk.post("product-prices/", price).json()["id"]
    assert clerk.delete(f"product-prices/{coming}/").status_code == 204
    begun = clerk.delete(f"product-prices/{product.prices.get().pk}/")
    assert (begun.status_code, begun.json()["code"]) == (409, "not_possible")


def test_a_plan_gets_products_and_prices_by_term(clerk):
    product = str(workstation_care().pk)
    plan = clerk.post("plans/", {"name": "Care"}).json()["id"]
    item = {"plan": plan, "product": product, "source": "devices", "counts": "workstation"}
    made = clerk.post("plan-items/", item)
    assert made.status_code == 201
    assert "has this product" in str(clerk.post("plan-items/", item).json()["errors"])
    lame = clerk.post("plan-items/", {**item, "counts": ""})
    assert "say what is counted" in str(lame.json()["errors"])
    price = {
        "plan": plan, "product": product, "term_months": 12, "currency": "EUR",
        "unit_price": "41", "start": "2026-01-01",
    }  # fmt: skip
    assert clerk.post("plan-prices/", price).json()["unit_price"] == "41.00"
    assert clerk.get(f"plans/{plan}/").json()["products"] == [product]
    assert clerk.delete(f"plan-items/{made.json()['id']}/").status_code == 204
    assert not PlanItem.objects.exists()


def test_the_terms_of_a_client_are_the_defaults_until_somebody_sets_them(clerk):
    path = f"client-terms/{ACME}/"
    assert clerk.get("client-terms/").json()["results"] == []
    assert clerk.get(path).json()["liability"] == "S"
    assert clerk.get(f"client-terms/{uuid.uuid4()}/").status_code == 404
    read = clerk.get(path)["ETag"]
    silent = clerk.patch(path, {"liability": "AE"}, read)
    assert "why no tax" in str(silent.json()["errors"])
    set_now = clerk.patch(path, {"liability": "AE", "liability_reason": "Art. 196"}, read)
    assert set_now.json()["liability_reason"] == "Art. 196"
    assert clerk.patch(path, {"peppol_id": "0208:0123456789"}, read).status_code == 412
    assert len(clerk.get("client-terms/").json()["results"]) == 1


def test_a_contact_is_billed_in_its_own_way(callers, nexus):
    person = str(uuid.uuid4())
    nexus.contacts = [{"id": person, "company": str(ACME), "full_name": "Ann", "emails": []}]
    tech = callers["tech"]
    body = {"company": str(ACME), "contact": person, "start": "2025-11-01", "treatment": "free"}
    stranger = tech.post("contact-billing/", {**body, "contact": str(uuid.uuid4())})
    assert list(stranger.json()["errors"]) == ["contact"]
    made = tech.post("contact-billing/", body)
    assert made.status_code == 201
    again = tech.post("contact-billing/", {**body, "start": "2025-12-01"})
    assert "another way" in str(again.json()["errors"])
    path = f"contact-billing/{made.json()['id']}/"
    moved = tech.patch(path, {"contact": str(uuid.uuid4())})
    assert moved.json()["errors"] == {"contact": ["This cannot be changed."]}
    assert tech.patch(path, {"end": "2025-12-01"}).json()["end"] == "2025-12-01"
    assert ContactBilling.objects.get().company_id == ACME


def test_tax_settings_and_rates_are_read(clerk):
    assert clerk.get("tax-settings/").status_code == 404, "nobody said who sends the invoices"
    seller()
    assert clerk.get("tax-settings/").json()["tax_region"] == "IE"
    (rate,) = clerk.get("tax-rates/", region="IE").json()["results"]
    assert rate["percent"] == "23.0000"
    assert clerk.post("tax-rates/").status_code == 405


def test_what_is_pushed_is_read_again(callers):
    callers["rmm"].post(
        "usage/devices/",
        {"rows": [{"company": "C-1001", "hostname": "ws-1", "kind": "server"}]},
        key="1",
    )
    (row,) = callers["tech"].get("devices/", company=str(ACME), kind="server").json()["results"]
    assert (row["hostname"], row["company"]) == ("ws-1", str(ACME))
