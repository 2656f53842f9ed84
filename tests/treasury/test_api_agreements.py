"""Agreements over REST: by the operations of the pages, so that the past stays as it was billed."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from tests.treasury.people import ACME, GLOBEX, agreement, issued, workstation_care
from treasury.agreements.models import Agreement
from treasury.catalogue.models import Plan, PlanItem

pytestmark = pytest.mark.django_db
TERMS = {"company": str(ACME), "title": "Care", "start": "2026-01-01", "currency": "EUR"}


@pytest.fixture
def clerk(callers):
    return callers["billing"]


@pytest.fixture
def plan():
    row = Plan.objects.create(name="Care")
    PlanItem.objects.create(
        plan=row, product=workstation_care(), source="devices", counts="workstation"
    )
    return str(row.pk)


def test_the_products_of_the_plan_become_the_lines(clerk, plan):
    made = clerk.post("agreements/", {**TERMS, "plan": plan, "minimum": "20"})
    assert (made.status_code, made.json()["minimum"]) == (201, "20.00")
    (line,) = made.json()["additions"]
    assert (line["source"], line["counts"], line["start"]) == (
        "devices", "workstation", "2026-01-01",
    )  # fmt: skip
    again = clerk.post("agreements/", {**TERMS, "plan": plan})
    assert (again.status_code, again.json()["code"]) == (409, "not_possible")
    assert "of the agreement Care" in again.json()["detail"], "it names the line in the way"
    assert Agreement.objects.count() == 1


def test_a_company_that_nexus_does_not_know_has_no_agreement(clerk):
    wrong = clerk.post("agreements/", {**TERMS, "company": str(uuid.uuid4())})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["company"])
    half = clerk.post("agreements/", {**TERMS, "minimum": "0.005"})
    assert list(half.json()["errors"]) == ["minimum"]


def test_terms_are_changed_by_who_has_read_them_and_not_those_that_were_billed(clerk):
    row = issued(ACME).agreement
    path = f"agreements/{row.pk}/"
    read = clerk.get(path)["ETag"]
    assert clerk.patch(path, {"po_number": "7"}, read).json()["po_number"] == "7"
    assert clerk.patch(path, {"po_number": "8"}, read).status_code == 412
    billed = clerk.patch(path, {"cadence_months": 3, "po_number": "9"})
    assert (billed.status_code, billed.json()["code"]) == (409, "not_possible")
    assert billed.json()["detail"].startswith("cadence_months: It has been billed")
    assert clerk.patch(path, {"company": str(GLOBEX)}).json()["errors"] == {
        "company": ["This cannot be changed."]
    }
    assert Agreement.objects.get().po_number == "7"


def test_it_ends_with_its_lines_and_renews(clerk):
    row = agreement(ACME)
    path = f"agreements/{row.pk}/"
    assert clerk.post(f"{path}end/", {"last_day": "2026-10-31"}).status_code == 428
    ended = clerk.act(path, "end", {"last_day": "2026-10-31"}).json()
    assert (ended["end"], ended["renewal"], ended["additions"][0]["end"]) == (
        "2026-11-01", "none", "2026-11-01",
    )  # fmt: skip
    renewed = clerk.act(path, "renew").json()
    assert renewed["end"] == "2026-12-01"
    early = clerk.act(path, "end", {"last_day": "2020-01-01"})
    assert (early.status_code, early.json()["code"]) == (409, "not_possible")


def test_a_line_has_tiers_or_one_price_and_is_ended(clerk):
    row = agreement(ACME)
    clerk.act(f"additions/{row.additions.get().pk}/", "end", {"last_day": "2025-12-31"})
    body = {
        "agreement": str(row.pk), "product": str(workstation_care().pk), "source": "devices",
        "counts": "workstation", "start": "2026-01-01",
        "tiers": [{"above": "0", "unit_price": "40"}, {"above": "20", "unit_price": "35.5"}],
    }  # fmt: skip
    both = clerk.post("additions/", {**body, "override_price": "1"})
    assert list(both.json()["errors"]) == ["tiers"]
    hole = clerk.post("additions/", {**body, "tiers": [{"above": "5", "unit_price": "1"}]})
    assert (hole.status_code, hole.json()["code"]) == (409, "not_possible")
    made = clerk.post("additions/", body).json()
    assert [each["unit_price"] for each in made["tiers"]] == ["40.00", "35.50"]
    path = f"additions/{made['id']}/"
    assert clerk.patch(path, {"included": "2"}).json()["tiers"] == made["tiers"], "they stay"
    assert (
        clerk.patch(path, {"tiers": [], "override_price": "9"}).json()["override_price"] == "9.00"
    )
    assert clerk.post("additions/", {**body, "tiers": []}).status_code == 409, "counted already"
    assert clerk.act(path, "end", {"last_day": "2026-06-30"}).json()["end"] == "2026-07-01"


def test_what_was_billed_is_changed_from_a_day_on(clerk):
    line = issued(ACME).agreement.additions.get()
    path = f"additions/{line.pk}/"
    assert list(clerk.patch(path, {"override_price": "40"}).json()["errors"]) == ["from_day"]
    moved = clerk.patch(path, {"start": "2025-10-01", "from_day": "2025-12-01"})
    assert list(moved.json()["errors"]) == ["start"]
    after = clerk.patch(path, {"override_price": "40", "from_day": "2025-12-01"}).json()
    assert after["id"] != str(line.pk)
    assert (after["start"], after["override_price"]) == ("2025-12-01", "40.00")
    line.refresh_from_db()
    assert (line.end, line.override_price) == (date(2025, 12, 1), None)
    unbilled = clerk.patch(f"additions/{after['id']}/", {"from_day": "2026-01-01"})
    assert list(unbilled.json()["errors"]) == ["from_day"]


def test_discounts_and_prepaid_hours_are_added_ended_and_taken_back(clerk):
    row = agreement(ACME)
    line = row.additions.get()
    bodies = {
        "discounts": {"addition": str(line.pk), "percent": "10", "start": "2026-01-01"},
        "allowances": {"agreement": str(row.pk), "minutes": 600, "start": "2026-01-01"},
        "blocks": {
            "agreement": str(row.pk), "minutes": 600, "start": "2026-01-01", "end": "2027-01-01",
        },
    }  # fmt: skip
    for name, body in bodies.items():
        made = clerk.post(f"{name}/", body)
        assert made.status_code == 201, name
        path = f"{name}/{made.json()['id']}/"
        if name != "blocks":
            ended = clerk.act(path, "end", {"last_day": "2026-02-28"})
            assert ended.json()["end"] == "2026-03-01", name
            early = clerk.act(path, "end", {"last_day": "2025-02-28"})
            assert early.status_code == 409, name
        assert clerk.send("delete", path).status_code == 428, name
        assert clerk.delete(path).status_code == 204, name
        assert clerk.get(f"{name}/").json()["results"] == [], name
    assert "more than 0" in str(
        clerk.post("discounts/", {**bodies["discounts"], "percent": "0"}).json()["errors"]
    )


def test_the_lists_are_filtered_and_cost_the_same_for_any_number(clerk, django_assert_num_queries):
    for company in (ACME, GLOBEX):
        agreement(company)
    clerk.get("agreements/")
    with django_assert_num_queries(4):
        rows = clerk.get("agreements/", running_on="2026-01-01").json()["results"]
    assert len(rows) == 2
    with django_assert_num_queries(4):
        assert len(clerk.get("agreements/", company=str(ACME)).json()["results"]) == 1
    with django_assert_num_queries(3):
        assert len(clerk.get("additions/").json()["results"]) == 2
    assert clerk.get("agreements/", running_on="2020-01-01").json()["results"] == []
