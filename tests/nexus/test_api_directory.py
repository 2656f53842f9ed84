"""Reading the directory over REST: who sees which rows and fields, filters, pages, queries."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nexus.directory import operations
from nexus.directory.models import Company, Contact, Location
from tests.nexus.conftest import person

INTERNAL = {"tags", "notes", "external_ids", "merged_into"}


def ids(response):
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def names(response):
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]


@pytest.fixture
def people(acme, globex):
    return [
        Contact.objects.create(company=acme, first_name="Ann", last_name="Ash", vip=True),
        Contact.objects.create(
            company=acme, first_name="Bob", last_name="Birch", roles=["billing"],
            active_until=date(2026, 1, 1),
        ),
        Contact.objects.create(company=globex, first_name="Cyd", last_name="Cedar"),
    ]  # fmt: skip


def test_staff_see_every_company_with_its_internal_fields(api, tech, acme, globex):
    body = api(tech).get("/api/companies/").json()
    assert [row["name"] for row in body["results"]] == ["Acme Manufacturing", "Globex Logistics"]
    assert set(body["results"][0]) >= INTERNAL


def test_a_client_sees_their_own_company_and_no_internal_field(api, acme_user, acme, globex):
    caller = api(acme_user)
    rows = caller.get("/api/companies/").json()["results"]
    assert [row["id"] for row in rows] == [str(acme.pk)]
    assert not INTERNAL & set(rows[0])
    assert caller.get(f"/api/companies/{acme.pk}/").status_code == 200
    other = caller.get(f"/api/companies/{globex.pk}/")
    assert (other.status_code, other.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("field", ["tags", "notes", "external_ids", "merged_into"])
def test_to_a_client_an_internal_field_is_an_unknown_one(api, acme_user, tech, field):
    assert api(tech).get(f"/api/companies/?fields={field}").status_code == 200
    refused = api(acme_user).get(f"/api/companies/?fields={field}")
    made_up = api(acme_user).get("/api/companies/?fields=nonsense")
    assert refused.status_code == made_up.status_code == 400
    assert refused.json()["errors"]["fields"] == [f"Unknown field: '{field}'."]


def test_a_client_sees_contacts_of_their_company_without_vip_and_account(api, acme_user, people):
    rows = api(acme_user).get("/api/contacts/").json()["results"]
    assert [row["full_name"] for row in rows] == ["Ann Ash", "Bob Birch"]
    assert not {"vip", "user", *INTERNAL} & set(rows[0])


def test_a_client_cannot_find_out_what_the_notes_say_by_searching(api, acme_user, acme):
    acme.notes = "pays late"
    acme.save()
    assert ids(api(acme_user).get("/api/companies/?search=late")) == []
    assert ids(api(acme_user).get("/api/companies/?search=manufacturing")) == [str(acme.pk)]


def test_a_client_cannot_find_out_tags_by_filtering(api, acme_user, acme):
    Company.objects.filter(pk=acme.pk).update(tags=["pays-late"])
    for tag in ("pays-late", "gold"):
        refused = api(acme_user).get(f"/api/companies/?tag={tag}")
        assert (refused.status_code, refused.json()["errors"]) == (
            400,
            {"tag": ["Unknown parameter."]},
        )
    assert ids(api(acme_user).get("/api/companies/?search=pays-late")) == []


def test_a_client_never_gets_archived_rows(api, acme_user, tech, people):
    people[0].archived_at = timezone.now()
    people[0].save()
    for query in ("", "?include_archived=true", f"?id__in={people[0].pk}&include_archived=true"):
        assert str(people[0].pk) not in ids(api(acme_user).get(f"/api/contacts/{query}"))
    assert api(acme_user).get(f"/api/contacts/{people[0].pk}/").status_code == 404
    assert str(people[0].pk) not in ids(api(tech).get("/api/contacts/"))
    assert str(people[0].pk) in ids(api(tech).get("/api/contacts/?include_archived=true"))


@pytest.mark.parametrize("role", ["primary_contact", "billing_contact"])
def test_a_client_is_not_led_to_an_archived_contact(api, acme_user, tech, acme, people, role):
    Company.objects.filter(pk=acme.pk).update(**{role: people[0]})
    path = f"/api/companies/{acme.pk}/"
    read = api(acme_user).get(path)
    assert read.json()[role] == str(people[0].pk)
    operations.archive(people[0], by=None)
    assert api(acme_user).get(path, headers={"If-None-Match": read["ETag"]}).json()[role] is None
    assert api(acme_user).get("/api/companies/").json()["results"][0][role] is None
    assert api(tech).get(path).json()[role] == str(people[0].pk)
    operations.restore(people[0], by=None)
    assert api(acme_user).get(path).json()[role] == str(people[0].pk)


def test_a_client_of_a_company_names_another_company_in_vain(api, acme_user, globex, people):
    caller = api(acme_user)
    assert ids(caller.get(f"/api/contacts/?company={globex.pk}")) == []
    assert ids(caller.get(f"/api/companies/?id__in={globex.pk}")) == []
    assert caller.get(f"/api/contacts/{people[2].pk}/").status_code == 404


def test_a_module_reads_with_its_scope_and_not_without(api, treasury, acme):
    assert api(treasury).get("/api/companies/").status_code == 403
    treasury.scopes = ["directory:read"]
    rows = api(treasury).get("/api/companies/").json()["results"]
    assert rows[0]["id"] == str(acme.pk)
    assert "notes" in rows[0]
    assert api(treasury).post("/api/companies/", {"name": "X"}).status_code == 403


def test_lists_narrow_down_by_their_filters(api, tech, acme, globex, people):
    Company.objects.filter(pk=globex.pk).update(status="former", tags=["gold"])
    caller = api(tech)
    assert names(caller.get("/api/companies/?status=former")) == ["Globex Logistics"]
    assert names(caller.get("/api/companies/?tag=gold")) == ["Globex Logistics"]
    assert names(caller.get("/api/companies/?search=acme")) == ["Acme Manufacturing"]
    assert names(caller.get(f"/api/companies/?id__in={acme.pk},{globex.pk}&ordering=-name")) == [
        "Globex Logistics",
        "Acme Manufacturing",
    ]
    assert ids(caller.get(f"/api/contacts/?company={acme.pk}&role=billing")) == [str(people[1].pk)]
    present = ids(caller.get(f"/api/contacts/?company={acme.pk}&active_on=2026-01-01"))
    assert present == [str(people[0].pk)]


def test_updated_since_includes_the_instant_itself(api, tech, acme):
    caller = api(tech)
    instant = acme.updated_at
    at = caller.get("/api/companies/", {"updated_since": instant.isoformat()})
    after = caller.get(
        "/api/companies/", {"updated_since": (instant + timedelta(microseconds=1)).isoformat()}
    )
    assert (ids(at), ids(after)) == ([str(acme.pk)], [])


def test_any_offset_of_iso_8601_is_understood(api, tech, acme):
    for text in ("0729-08-23T20:20:39.8340-18:39", "2020-01-01T00:00:00+23:59"):
        assert ids(api(tech).get("/api/companies/", {"updated_since": text})) == [str(acme.pk)]


def test_up_to_500_ids_are_taken_and_501_refused(api, tech, acme):
    def query(count):
        return {"id__in": ",".join([str(acme.pk)] * count)}

    assert ids(api(tech).get("/api/companies/", query(500))) == [str(acme.pk)]
    refused = api(tech).get("/api/companies/", query(501))
    assert (refused.status_code, refused.json()["errors"]["id__in"]) == (400, ["At most 500 ids."])


def test_an_empty_list_of_ids_is_no_rows_rather_than_all(api, tech, acme):
    assert ids(api(tech).get("/api/companies/?id__in=")) == []
    assert ids(api(tech).get("/api/companies/?search=")) == [str(acme.pk)]


@pytest.mark.parametrize(
    "query",
    [
        "statu=active", "status=nonsense", "limit=0", "limit=501", "limit=x", "limit=%F0%9D%9F%99",
        "fields=", "fields=nam", "ordering=notes", "ordering=--name", "cursor=x", "cursor=e30",
        "cursor=WzAsIm5hbWUiLCJcdTAwMDAiLCJ4Il0", "id__in=1", "updated_since=yesterday",
        "search=%00", "search=a&search=b", "include_archived=perhaps", "%00=1",
        "status=", "cursor=",
        "updated_since=0001-01-01T00:00:00%2B18:39",
    ],
)  # fmt: skip
def test_a_parameter_that_means_nothing_is_refused_and_named(api, tech, query):
    response = api(tech).get(f"/api/companies/?{query}")
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "invalid"
    assert response.json()["errors"]


def test_fields_answers_exactly_the_fields_asked_for(api, tech, acme):
    caller = api(tech)
    assert caller.get("/api/companies/?fields=id,name").json()["results"] == [
        {"id": str(acme.pk), "name": acme.name}
    ]
    assert caller.get(f"/api/companies/{acme.pk}?fields=name").json() == {"name": acme.name}


def test_every_address_works_without_its_last_slash(api, tech, acme):
    caller = api(tech)
    for path in ("/api/companies", f"/api/companies/{acme.pk}", "/api/users/me", "/api/modules"):
        assert caller.get(path).status_code == 200, path


def walk(caller, path, link="next"):
    """Follow ``link`` and return the ids of each page."""
    pages = []
    while path:
        body = caller.get(path).json()
        pages.append([row["id"] for row in body["results"]])
        last, path = body, body[link]
        assert len(pages) < 100, "the pages never end"
    return pages, last


@settings(
    max_examples=15, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    twins=st.lists(st.integers(1, 12), min_size=1, max_size=5),
    limit=st.integers(1, 7),
    ordering=st.sampled_from(["name", "-name", "updated_at", "-created_at", "-account_number"]),
)
def test_each_row_appears_exactly_once_however_many_share_a_name(api, tech, twins, limit, ordering):
    Company.objects.all().delete()
    now = timezone.now()
    rows = [
        Company(
            name=f"Twin {group}", account_number=f"C-{group}-{number}",
            created_at=now + timedelta(seconds=group),
        )
        for group, count in enumerate(twins)
        for number in range(count)
    ]  # fmt: skip
    Company.objects.bulk_create(rows)
    caller = api(tech)
    pages, last = walk(caller, f"/api/companies/?limit={limit}&ordering={ordering}&fields=id")
    forwards = [row for page in pages for row in page]
    assert sorted(forwards) == sorted(str(row.pk) for row in rows)
    if last["previous"]:
        back, first = walk(caller, last["previous"], "previous")
        backwards = [row for page in reversed(back) for row in page]
        assert backwards + pages[-1] == forwards
        assert first["previous"] is None


def test_a_cursor_of_one_ordering_is_refused_in_another(api, tech, acme, globex):
    caller = api(tech)
    following = caller.get("/api/companies/?limit=1").json()["next"]
    assert caller.get(following).status_code == 200
    assert caller.get(following + "&ordering=-name").status_code == 400


@pytest.mark.parametrize("path", ["companies", "contacts", "locations"])
def test_a_list_takes_the_same_two_queries_for_10_and_for_1000_rows(api, path, acme):
    reader = person("reader", "technician")
    caller = api(reader)
    caller.get(f"/api/{path}/?limit=1")  # the key of the tokens is read once a process

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert caller.get(f"/api/{path}/?limit=500").status_code == 200
        return len(captured)

    def add(start, stop):
        numbers = range(start, stop)
        if path == "companies":
            Company.objects.bulk_create(Company(name="A", account_number=f"X-{n}") for n in numbers)
        elif path == "contacts":
            Contact.objects.bulk_create(Contact(company=acme, last_name=f"P{n}") for n in numbers)
        else:
            Location.objects.bulk_create(Location(company=acme, name=f"L{n}") for n in numbers)

    add(0, 10)
    few = queries()
    add(10, 1000)
    assert few == queries() == 2  # the sign-in with its user, and the page


def test_the_list_of_a_client_takes_two_queries_too(api, acme_user, acme, people):
    Company.objects.filter(pk=acme.pk).update(primary_contact=people[0], billing_contact=people[1])
    caller = api(acme_user)
    caller.get("/api/companies/")
    with CaptureQueriesContext(connection) as captured:
        assert len(ids(caller.get("/api/companies/"))) == 1
    assert len(captured) == 2


def test_an_unchanged_row_or_list_is_not_sent_again(api, tech, acme):
    caller = api(tech)
    for path in ("/api/companies/", f"/api/companies/{acme.pk}/", "/api/modules/"):
        first = caller.get(path)
        again = caller.get(path, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "private" in again["Cache-Control"] or "private" in first["Cache-Control"]
    acme.name = "Acme Works"
    acme.save()
    changed = caller.get("/api/companies/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
