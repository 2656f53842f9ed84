"""Whatever goes wrong below /api/ is a problem document with a code, never a page or a 500."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from nexus.api.directory_views import CompanyViewSet


def problem(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, "about:blank")
    assert body["title"]
    assert body["request_id"] == response["X-Request-ID"]
    return body


def test_a_stranger_is_asked_for_a_token(client, db):
    response = client.get("/api/companies/")
    problem(response, 401, "not_authenticated")
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_token_that_is_none_is_refused(client, db):
    response = client.get("/api/companies/", headers={"Authorization": "Bearer nonsense"})
    problem(response, 401, "invalid_token")
    assert response["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/api/nonsense/", "/api/", "/api/companies/a/b", "/api/%00"])
def test_an_address_that_leads_nowhere_is_a_problem_too(client, db, path):
    problem(client.get(path), 404, "not_found")


@pytest.mark.parametrize("key", ["nonsense", "%00", "00000000-0000-0000-0000-000000000000"])
def test_an_id_that_is_none_is_not_found(api, tech, key):
    problem(api(tech).get(f"/api/companies/{key}/"), 404, "not_found")


def test_a_method_that_does_not_exist_is_named_so(api, admin):
    response = api(admin).delete("/api/companies/")
    problem(response, 405, "method_not_allowed")
    assert "POST" in response["Allow"]


def test_what_cannot_be_answered_or_read_is_named_so(api, admin):
    caller = api(admin)
    problem(caller.get("/api/companies/", headers={"Accept": "image/png"}), 406, "not_acceptable")
    form = caller.post("/api/companies/", "name=X", content_type="text/plain")
    problem(form, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"\xff", b'{"name": "\\u0000"}', b'{"name": "\\ud800"}', b'{"\\u0000": 1}',
        b'{"name": NaN}', b'{"name": 1e999}', b'{"name": ' + b"9" * 5000 + b"}", b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_body_that_is_not_acceptable_json_is_refused(api, admin, body):
    response = api(admin).post("/api/companies/", body, content_type="application/json")
    problem(response, 400, "parse_error")


@pytest.mark.parametrize("body", ["[]", "1", "null", '"x"', "[{}]"])
def test_a_body_that_is_no_object_is_refused(api, admin, body):
    response = api(admin).post("/api/companies/", body, content_type="application/json")
    assert "non_field_errors" in problem(response, 400, "invalid")["errors"]


def test_a_body_longer_than_a_mebibyte_is_refused(api, admin):
    body = json.dumps({"name": "X", "notes": "x" * 1024 * 1024})
    response = api(admin).post("/api/companies/", body, content_type="application/json")
    problem(response, 413, "too_large")


def test_a_session_without_csrf_token_writes_nothing(signed_in, admin):
    browser = Client(enforce_csrf_checks=True)
    browser.cookies = signed_in(admin).cookies
    response = browser.post("/api/companies/", {"name": "X"}, content_type="application/json")
    problem(response, 403, "permission_denied")
    assert browser.get("/api/companies/").status_code == 200


def test_our_own_mistake_is_a_problem_that_tells_nothing(api, tech, monkeypatch):
    monkeypatch.setattr(CompanyViewSet, "queryset", None)
    response = api(tech).get("/api/companies/")
    body = problem(response, 500, "server_error")
    assert "NoneType" not in json.dumps(body)


def test_a_signed_in_person_browses_the_api_as_pages(signed_in, tech, acme):
    acme.notes = "<script>alert(1)</script>"
    acme.save()
    browser = signed_in(tech)
    page = browser.get("/api/companies/?limit=1", headers={"Accept": "text/html,*/*;q=0.8"})
    assert page.status_code == 200
    assert page["Content-Type"].startswith("text/html")
    content = page.content.decode()
    assert "Acme Manufacturing" in content
    assert f'href="/api/companies/{acme.pk}/"' in content
    assert "<script>alert" not in content
    assert " style=" not in content
    missing = browser.get("/api/companies/nonsense/", headers={"Accept": "text/html"})
    assert missing.status_code == 404
    assert "not_found" in missing.content.decode()


def test_the_documentation_page_has_no_inline_script(client, db):
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "<style" not in page.content.decode()
    for tag in page.content.decode().split("<script")[1:]:
        assert tag.startswith(" src=")
    script = client.get("/api/docs/?script=")
    assert script["Content-Type"] == "application/javascript"
    assert "/api/schema/" in script.content.decode()
