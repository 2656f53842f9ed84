"""Writing the directory over REST: versions, validation, the archive, and what a client may not."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from nexus.directory import operations
from nexus.directory.models import Company, Contact, Location


@pytest.fixture
def caller(api, admin):
    return api(admin)


def errors(response):
    assert response.status_code == 400, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "invalid"
    return response.json()["errors"]


def test_a_new_company_gets_the_next_account_number_and_a_version(caller):
    made = caller.post("/api/companies/", {"name": "Ünïted & Söns", "tags": ["Gold"]})
    assert made.status_code == 201, made.content
    row = made.json()
    assert row["account_number"].startswith("C-")
    assert (row["name"], row["tags"], row["version"]) == ("Ünïted & Söns", ["gold"], 1)
    assert made["ETag"] == '"1"'
    assert Company.objects.get(pk=row["id"]).name == "Ünïted & Söns"


def test_it_posts_without_the_last_slash_too(caller):
    assert caller.post("/api/companies", {"name": "Acme"}).status_code == 201


def test_a_change_needs_the_version_it_starts_from(caller, acme):
    path = f"/api/companies/{acme.pk}/"
    for method in (caller.patch, caller.put, caller.delete):
        response = method(path, {"name": "X"})
        assert (response.status_code, response.json()["code"]) == (428, "precondition_required")
    read = caller.get(path)
    changed = caller.patch(path, {"name": "Acme Works"}, headers={"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["name"]) == (200, "Acme Works")
    assert changed["ETag"] != read["ETag"]
    assert changed["ETag"] == caller.get(path)["ETag"]


@pytest.mark.parametrize("tag", ['"99"', 'W/"1"', "1", '""', "nonsense"])
def test_a_change_of_another_version_changes_nothing(caller, acme, tag):
    path = f"/api/companies/{acme.pk}/"
    for method in (caller.patch, caller.put, caller.delete):
        response = method(path, {"name": "X"}, headers={"If-Match": tag})
        assert (response.status_code, response.json()["code"]) == (412, "precondition_failed")
    acme.refresh_from_db()
    assert (acme.name, acme.archived_at) == ("Acme Manufacturing", None)


def test_a_star_matches_any_version(caller, acme):
    path = f"/api/companies/{acme.pk}/"
    assert caller.patch(path, {"name": "X"}, headers={"If-Match": "*"}).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_told_to_look_again(api, admin, acme):
    barrier, answers = threading.Barrier(2), []

    def change(caller, name):
        barrier.wait()
        headers = {"If-Match": '"1"'}
        answers.append(
            caller.patch(f"/api/companies/{acme.pk}/", {"name": name}, headers=headers).status_code
        )
        connection.close()

    threads = [threading.Thread(target=change, args=(api(admin), name)) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 412]


def test_what_the_model_or_the_database_refuses_is_said_per_field(caller, acme, globex):
    stranger = Contact.objects.create(company=globex, last_name="Cedar")
    taken = caller.post("/api/companies/", {"name": "X", "account_number": "C-1001"})
    assert "account_number" in errors(taken)
    shape = caller.post("/api/companies/", {"name": "X", "account_number": "c 1"})
    assert "account_number" in errors(shape)
    assert "name" in errors(caller.post("/api/companies/", {"name": "  "}))
    assert "phone" in errors(caller.post("/api/companies/", {"name": "X", "phone": "call me"}))
    foreign = {"primary_contact": str(stranger.pk)}
    path = f"/api/companies/{acme.pk}/"
    assert "primary_contact" in errors(caller.patch(path, foreign, headers={"If-Match": "*"}))
    contact = {"company": str(acme.pk)}
    assert "non_field_errors" in errors(caller.post("/api/contacts/", contact))
    dates = {**contact, "last_name": "A", "active_from": "2026-02-01", "active_until": "2026-01-01"}
    assert "non_field_errors" in errors(caller.post("/api/contacts/", dates))
    emails = errors(caller.post("/api/contacts/", {**contact, "emails": ["a@b.example", "x"]}))
    assert list(emails) == ["emails.1"]
    place = {"company": str(acme.pk), "name": "Hall", "country": "XX"}
    assert "country" in errors(caller.post("/api/locations/", place))
    assert Contact.objects.count() == 1


def test_fields_nobody_may_write_are_left_alone(caller, acme):
    path = f"/api/companies/{acme.pk}/"
    body = {"version": 7, "archived_at": "2026-01-01T00:00:00Z", "id": str(acme.pk)[::-1]}
    answer = caller.patch(path, body, headers={"If-Match": "*"}).json()
    assert (answer["id"], answer["archived_at"]) == (str(acme.pk), None)
    assert answer["version"] == acme.version + 1


def test_a_new_default_location_takes_the_mark_from_the_old_one(caller, acme):
    first = Location.objects.create(company=acme, name="Hall", is_default=True)
    place = {"company": str(acme.pk), "name": "Tower", "is_default": True}
    made = caller.post("/api/locations/", place)
    assert (made.status_code, made.json()["is_default"]) == (201, True)
    first.refresh_from_db()
    assert first.is_default is False


def test_delete_archives_and_restore_brings_back(caller, acme):
    path = f"/api/companies/{acme.pk}/"
    gone = caller.delete(path, headers={"If-Match": caller.get(path)["ETag"]})
    assert (gone.status_code, gone.content) == (204, b"")
    assert caller.get("/api/companies/").json()["results"] == []
    assert caller.get(path).json()["archived_at"] is not None
    again = caller.delete(path, headers={"If-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (409, "not_possible")
    archived = caller.get(path)["ETag"]
    assert caller.post(f"{path}restore/", headers={"If-Match": archived}).status_code == 200
    assert caller.get(path).json()["archived_at"] is None
    again = caller.post(f"{path}restore", headers={"If-Match": "*"})
    assert (again.status_code, again.json()["code"]) == (409, "not_possible")


def test_restoring_needs_the_version_it_starts_from(caller, acme):
    path = f"/api/companies/{acme.pk}/"
    read = caller.get(path)["ETag"]
    caller.delete(path, headers={"If-Match": read})
    bare = caller.post(f"{path}restore/")
    assert (bare.status_code, bare.json()["code"]) == (428, "precondition_required")
    stale = caller.post(f"{path}restore/", headers={"If-Match": read})
    assert (stale.status_code, stale.json()["code"]) == (412, "precondition_failed")
    assert caller.get(path).json()["archived_at"] is not None


@pytest.mark.parametrize("path", ["contacts", "locations"])
def test_nothing_new_comes_to_an_archived_company(caller, acme, globex, path):
    body = {"last_name": "Ash"} if path == "contacts" else {"name": "Hall"}
    made = caller.post(f"/api/{path}/", {**body, "company": str(acme.pk)}).json()
    operations.archive(globex, by=None)
    sentence = ["Globex Logistics is archived; restore it first."]
    refused = caller.post(f"/api/{path}/", {**body, "company": str(globex.pk)})
    assert errors(refused)["company"] == sentence
    address, star = f"/api/{path}/{made['id']}/", {"If-Match": "*"}
    moved = caller.patch(address, {"company": str(globex.pk)}, headers=star)
    assert errors(moved)["company"] == sentence
    operations.archive(acme, by=None)  # what is there can still be put right
    assert caller.patch(address, {"external_ids": {"rmm": "1"}}, headers=star).status_code == 200


def test_only_admins_write(api, tech, billing, acme_user, acme):
    path = f"/api/companies/{acme.pk}/"
    for user in (tech, billing, acme_user):
        caller = api(user)
        refused = caller.post("/api/companies/", {"name": "X"})
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
        assert caller.patch(path, {"name": "X"}, headers={"If-Match": "*"}).status_code == 403
        assert caller.delete(path, headers={"If-Match": "*"}).status_code == 403
        assert caller.post(f"{path}restore/").status_code == 403


def test_a_module_writes_with_both_its_scopes(api, treasury, acme):
    treasury.scopes = ["directory:read", "directory:write"]
    path = f"/api/companies/{acme.pk}/"
    changed = api(treasury).patch(path, {"notes": "from Treasury"}, headers={"If-Match": "*"})
    assert changed.status_code == 200, changed.content


def test_the_history_says_who_changed_what(caller, admin, acme):
    path = f"/api/companies/{acme.pk}/"
    caller.patch(path, {"name": "Acme Works"}, headers={"If-Match": "*"})
    event = acme.events.latest("pgh_id")
    assert event.name == "Acme Works"
    assert event.pgh_context.metadata["user"] == str(admin.pk)
