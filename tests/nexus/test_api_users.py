"""Users and modules over REST."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from nexus.accounts.models import User
from nexus.modules.models import Module
from tests.nexus.conftest import person


def usernames(response):
    assert response.status_code == 200, response.content
    return [row["username"] for row in response.json()["results"]]


def test_staff_list_everybody_and_a_client_only_themselves(api, tech, admin, acme_user):
    assert usernames(api(tech).get("/api/users/")) == ["acme", "admin", "tech"]
    assert usernames(api(acme_user).get("/api/users/")) == ["acme"]
    assert api(acme_user).get(f"/api/users/{tech.pk}/").status_code == 404
    assert api(acme_user).get(f"/api/users/{acme_user.pk}/").status_code == 200


def test_me_is_the_caller_and_holds_no_secret(api, acme_user, acme):
    body = api(acme_user).get("/api/users/me/").json()
    assert (body["username"], body["permission_level"]) == ("acme", "client")
    assert body["company"] == str(acme.pk)
    assert not {"password", "not_before"} & set(body)


def test_users_are_found_by_their_filters(api, tech, acme_user, globex_user, acme):
    caller = api(tech)
    assert usernames(caller.get("/api/users/?search=GLOB")) == ["globex"]
    assert usernames(caller.get(f"/api/users/?company={acme.pk}")) == ["acme"]
    assert usernames(caller.get("/api/users/?permission_level=technician")) == ["tech"]
    assert usernames(caller.get("/api/users/?is_active=false")) == []


def test_a_module_reads_users_with_its_scope_but_has_no_account(api, treasury, tech):
    assert api(treasury).get("/api/users/").status_code == 403
    treasury.scopes = ["users:read"]
    assert usernames(api(treasury).get("/api/users/")) == ["tech"]
    assert api(treasury).get("/api/users/me/").status_code == 403


def test_an_admin_adds_a_user(api, admin, acme):
    new = {
        "username": "nora", "email": "nora@acme.example", "full_name": "Nora Quinn",
        "permission_level": "client", "company": str(acme.pk),
    }  # fmt: skip
    made = api(admin).post("/api/users/", new)
    assert made.status_code == 201, made.content
    user = User.objects.get(pk=made.json()["id"])
    assert user.company == acme
    assert not user.has_usable_password()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "ADMIN"}, "non_field_errors"),
        ({"email": "Admin@MSP.example"}, "non_field_errors"),
        ({"permission_level": "root"}, "permission_level"),
        ({"permission_level": "client"}, "non_field_errors"),
        ({"password": "password1234"}, "password"),
    ],
)
def test_a_user_that_cannot_be_is_refused_per_field(api, admin, change, field):
    new = {
        "username": "nora", "email": "nora@msp.example", "full_name": "Nora",
        "permission_level": "billing", **change,
    }  # fmt: skip
    response = api(admin).post("/api/users/", new)
    assert response.status_code == 400, response.content
    assert field in response.json()["errors"]
    assert not User.objects.filter(username="nora").exists()


def test_an_admin_demotes_a_user_with_if_match(api, admin, tech):
    caller, path = api(admin), f"/api/users/{tech.pk}/"
    change = {"permission_level": "billing"}
    assert caller.patch(path, change).status_code == 428
    read = caller.get(path)
    changed = caller.patch(path, change, headers={"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["permission_level"]) == (200, "billing")
    assert caller.patch(path, change, headers={"If-Match": read["ETag"]}).status_code == 412


def test_the_last_admin_stays(api, admin):
    response = api(admin).patch(
        f"/api/users/{admin.pk}/", {"is_active": False}, headers={"If-Match": "*"}
    )
    assert response.status_code == 400
    admin.refresh_from_db()
    assert admin.is_active


@pytest.mark.django_db(transaction=True)
def test_admins_who_change_each_other_at_once_are_never_told_of_a_deadlock(api):
    people = [person(name, "admin") for name in ("one", "two", "three", "four")]

    def change(caller, user, number, barrier):
        barrier.wait()
        body = {"full_name": f"Name {number}", "permission_level": "admin"}
        if number % 2:
            body["permission_level"] = "billing"
        answer = caller.patch(f"/api/users/{user.pk}/", body, headers={"If-Match": "*"})
        statuses.append(answer.status_code)
        connections.close_all()

    statuses = []
    for number in range(6):
        barrier = threading.Barrier(4)
        callers = [api(user) for user in people]  # a demotion has ended the sign-ins before
        targets = people[1:] + people[:1]
        threads = [
            threading.Thread(target=change, args=(caller, user, number, barrier))
            for caller, user in zip(callers, targets, strict=True)
        ]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        User.objects.filter(is_active=True).update(permission_level="admin")
    assert set(statuses) <= {200, 400, 403, 412}


def test_nobody_but_an_admin_writes_users(api, tech, acme_user):
    for user in (tech, acme_user):
        path = f"/api/users/{user.pk}/"
        promoted = api(user).patch(path, {"permission_level": "admin"}, headers={"If-Match": "*"})
        assert promoted.status_code == 403
        assert api(user).post("/api/users/", {}).status_code == 403


def test_a_person_is_shown_the_modules_they_may_open(api, acme_user, treasury, archive):
    Module.objects.filter(client_id="archive").update(levels=["admin"])
    rows = api(acme_user).get("/api/modules/").json()
    assert [row["client_id"] for row in rows] == ["treasury"]
    assert set(rows[0]) == {"client_id", "name", "description", "url", "icon", "position"}


def test_a_module_is_shown_all_modules(api, treasury, archive):
    Module.objects.filter(client_id="archive").update(levels=["admin"])
    rows = api(treasury).get("/api/modules/").json()
    assert {row["client_id"] for row in rows} == {"treasury", "archive"}


NEW = {"client_id": "stock", "name": "Stock", "url": "https://stock.example"}


def test_an_admin_registers_a_module_and_is_told_its_secret_once(api, admin):
    made = api(admin).post("/api/modules/", {**NEW, "scopes": ["directory:read"]})
    assert made.status_code == 201, made.content
    module = Module.objects.get(client_id="stock")
    assert module.has_secret(made.json()["client_secret"])
    assert made["Cache-Control"] == "no-store"
    assert "secret" not in api(admin).get("/api/modules/").content.decode()
    again = api(admin).post("/api/modules/", NEW)
    assert (again.status_code, again.json()["code"]) == (409, "module_exists")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"client_id": "Not Good"}, "client_id"),
        ({"url": "https://stock.example/?x=1"}, "non_field_errors"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"levels": ["root"]}, "non_field_errors"),
    ],
)
def test_a_module_that_cannot_be_is_refused_per_field(api, admin, change, field):
    response = api(admin).post("/api/modules/", {**NEW, **change})
    assert response.status_code == 400, response.content
    assert field in response.json()["errors"]


def test_a_new_secret_ends_the_old_one(api, admin, treasury):
    answer = api(admin).post("/api/modules/treasury/secret/", {})
    assert answer.status_code == 200
    treasury.refresh_from_db()
    assert treasury.has_secret(answer.json()["client_secret"])
    assert answer["Cache-Control"] == "no-store"
    assert api(admin).post("/api/modules/nonsense/secret").status_code == 404


def test_nobody_but_an_admin_registers_a_module(api, tech, acme_user, treasury):
    for caller in (tech, acme_user, treasury):
        assert api(caller).post("/api/modules/", NEW).status_code == 403
        assert api(caller).post("/api/modules/treasury/secret/").status_code == 403
