"""Spaces over the API: opened, changed, deleted, by whom, and never over somebody else's change."""

from __future__ import annotations

import pytest

from archive.spaces.models import Space
from hm_auth import directory
from hm_auth.answers import Answer
from hm_auth.exceptions import NexusUnavailable
from tests.archive.conftest import ACME, GLOBEX, work, write
from tests.archive.test_access import MAY, READS
from tests.archive.test_api import send


@pytest.fixture
def nexus(monkeypatch):
    """Nexus, which is outside, knows one company."""

    def companies(_caller, **filters):
        known = filters["id__in"] == str(ACME)
        rows = [{"id": str(ACME), "name": "Acme Manufacturing"}] if known else []
        return Answer({"results": rows}, 0)

    monkeypatch.setattr(directory, "companies", companies)


def test_a_program_opens_spaces_of_each_kind(nexus, technician):
    for body, name, slug in (
        ({"kind": "internal", "name": "Полка", "language": "simple"}, "Полка", "polka"),
        ({"kind": "shared", "name": "Help"}, "Help", "help"),
        ({"kind": "company", "company_id": str(ACME)}, "Acme Manufacturing", "acme-manufacturing"),
    ):
        made = send(technician, "post", "/api/spaces/", body)
        assert made.status_code == 201, made.content
        space = made.json()
        assert (space["name"], space["slug"], space["kind"]) == (name, slug, body["kind"])
        assert space["language"] == body.get("language", "english")
        assert made["ETag"] == technician.browser.get(f"/api/spaces/{space['id']}/")["ETag"]
    again = send(technician, "post", "/api/spaces/", body)
    assert (again.status_code, Space.objects.count()) == (400, 3)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"kind": "internal"}, "name"),
        ({"kind": "internal", "name": ""}, "name"),
        ({"kind": "internal", "name": "X", "company_id": str(ACME)}, "company_id"),
        ({"kind": "company"}, "company_id"),
        ({"kind": "company", "company_id": str(ACME), "name": "Mine"}, "name"),
        ({"kind": "company", "company_id": str(GLOBEX)}, "company_id"),  # Nexus knows none
        ({"kind": "public", "name": "X"}, "kind"),
        ({"kind": "shared", "name": "X", "language": "klingon"}, "language"),
        ({"kind": "shared", "name": "X", "slug": "x"}, "slug"),
    ],
)
def test_half_a_space_is_refused_with_the_field_that_is_wrong(nexus, technician, body, wrong):
    answer = send(technician, "post", "/api/spaces/", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [wrong])
    assert not Space.objects.exists()


def test_without_nexus_a_companys_space_has_to_wait(technician, monkeypatch):
    def silent(*_, **__):
        raise NexusUnavailable

    monkeypatch.setattr(directory, "companies", silent)
    body = {"kind": "company", "company_id": str(ACME)}
    assert send(technician, "post", "/api/spaces/", body).status_code == 503


def test_a_space_is_changed_by_the_version_one_read(
    technician, internal, django_capture_on_commit_callbacks
):
    article = write(internal, technician, "Häuser", "Die Häuser")
    address = f"/api/spaces/{internal.pk}/"
    assert send(technician, "patch", address, {"name": "Regal"}).status_code == 428
    etag = technician.browser.get(address)["ETag"]
    with django_capture_on_commit_callbacks(execute=True):
        changed = send(technician, "patch", address, {"name": "Regal", "language": "german"}, etag)
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["slug"]) == ("Regal", "handbook")
    assert send(technician, "patch", address, {"name": "Late"}, etag).status_code == 412
    work()
    article.refresh_from_db()
    assert "'haus':" in article.search
    assert send(technician, "patch", address, {"name": ""}, "*").status_code == 400
    assert send(technician, "patch", address, {"kind": "shared"}, "*").status_code == 400


def test_a_companys_space_keeps_the_name_of_nexus(technician, acme_space):
    address = f"/api/spaces/{acme_space.pk}/"
    refused = send(technician, "patch", address, {"name": "Mine"}, "*")
    assert list(refused.json()["errors"]) == ["name"]
    body = {"name": "Acme", "language": "french"}  # as it was read
    assert send(technician, "patch", address, body, "*").json()["language"] == "french"


def test_an_empty_space_is_deleted_and_no_other(technician, internal, articles, shared):
    for article in internal.articles.all():
        send(technician, "delete", f"/api/articles/{article.pk}/", None, "*")
    refused = send(technician, "delete", f"/api/spaces/{internal.pk}/", None, "*")
    assert refused.status_code == 409
    assert "2 articles (2 in the trash)" in refused.json()["detail"]
    made = send(technician, "post", "/api/spaces/", {"kind": "shared", "name": "Empty"}).json()
    address = f"/api/spaces/{made['id']}/"
    assert send(technician, "delete", address).status_code == 428
    assert send(technician, "delete", address, None, '"old"').status_code == 412
    assert send(technician, "delete", address, None, "*").status_code == 204
    assert technician.browser.get(address).status_code == 404


@pytest.mark.parametrize("who", READS)
def test_only_writers_open_change_and_delete_spaces(
    request, who, nexus, internal, shared, acme_space
):
    person = request.getfixturevalue(who)
    writes = who in MAY["archive.write"]
    made = send(person, "post", "/api/spaces/", {"kind": "shared", "name": "X"})
    assert made.status_code == (201 if writes else 403)
    for space in (internal, shared, acme_space):
        for method, body in (("patch", {"language": "french"}), ("delete", None)):
            answer = send(person, method, f"/api/spaces/{space.pk}/", body, "*")
            assert answer.status_code == (200 if body else 204) if writes else 403
