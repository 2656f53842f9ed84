"""The REST API: who reads what, who writes, versions, and the articles about a company."""

from __future__ import annotations

import json
import time
import uuid

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from archive.articles.models import Article
from archive.records import operations as records
from archive.records.models import RecordType
from archive.runbooks import operations as runs
from hm_auth import nexus
from hm_auth.tokens import verify_access
from tests.archive.conftest import ACME, GLOBEX, write
from tests.archive.test_access import READS

PEOPLE = list(READS)


def send(person, method, address, body=None, match=None):
    headers = {"If-Match": match} if match else {}
    more = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(person.browser, method)(address, headers=headers, **more)


@pytest.mark.parametrize("who", PEOPLE)
def test_an_article_is_there_for_its_readers_only(request, articles, who):
    person = request.getfixturevalue(who)
    names = {row["name"] for row in person.browser.get("/api/articles/").json()["results"]}
    found = {row["name"] for row in person.browser.get("/api/search/?q=zebra").json()}
    writer, staff = who in ("admin", "technician"), who in ("admin", "technician", "billing")
    for key, article in articles.items():
        seen = key in READS[who]
        assert (article.title in names) == (seen and key != "acme_trashed"), key
        assert (article.title in found) == (seen and key != "acme_trashed"), key
        address = f"/api/articles/{article.pk}/"
        assert send(person, "get", address).status_code == (200 if seen else 404), key
        wanted = 200 if staff else 403
        assert send(person, "get", address + "revisions/").status_code == wanted, key
        before = Article.objects.values().get(pk=article.pk)
        if not writer:
            for method, path in (
                ("patch", ""), ("delete", ""), ("post", "restore/"),
                ("post", "revisions/1/restore/"),
            ):  # fmt: skip
                answer = send(person, method, address + path, {"title": "Mine"}, "*")
                assert answer.status_code == 403, (key, method)
            assert Article.objects.values().get(pk=article.pk) == before
    if who in ("acme", "globex"):
        rows = person.browser.get("/api/articles/").json()["results"]
        assert not {"visibility", "changed_by", "deleted_at"} & set().union(*rows)


@pytest.mark.parametrize("who", PEOPLE)
def test_the_articles_about_a_company_are_those_its_reader_sees(request, articles, who):
    browser = request.getfixturevalue(who).browser
    names = {row["name"] for row in browser.get(f"/api/companies/{ACME}/articles").json()}
    staff = {"Zebra printer", "Zebra firewall"}
    assert names == {"acme": {"Zebra printer"}, "globex": set()}.get(who, staff)
    assert browser.get(f"/api/companies/{GLOBEX}/articles").json() == []


@pytest.mark.parametrize("client_id", ["treasury", "nexus", "stock"])
def test_a_token_that_another_module_asked_for_reads_what_its_person_may(
    articles, acme, client, monkeypatch, client_id, django_assert_max_num_queries
):
    key = ec.generate_private_key(ec.SECP256R1())
    keys, issuer = {"k": key.public_key()}, "https://nexus.example"
    monkeypatch.setattr(
        nexus.verifier, "access", lambda token: verify_access(token, keys=keys, issuer=issuer)
    )
    facts = {
        "iss": issuer, "aud": "hivematrix", "jti": "j", "client_id": client_id,
        "iat": int(time.time()), "exp": int(time.time()) + 600,
    }  # fmt: skip
    person = {
        "sub": str(acme.user.pk), "sid": str(uuid.uuid4()), "username": "acme", "name": "Acme",
        "permission_level": "client", "company": str(ACME),
    }  # fmt: skip
    service = {"sub": client_id, "scope": "directory:read users:read"}
    headers = {"typ": "at+jwt", "kid": "k"}

    def get(claims):
        token = jwt.encode({**facts, **claims}, key, algorithm="ES256", headers=headers)
        address = f"/api/companies/{ACME}/articles/?fields=id,name,kind,updated_at,url"
        return client.get(address, headers={"Authorization": f"Bearer {token}"})

    get(person)  # who they are is written down once an hour
    with django_assert_max_num_queries(1):
        answer = get(person)
    assert [row["url"] for row in answer.json()] == ["/articles/acme/zebra-printer"]
    assert set(answer.json()[0]) == {"id", "name", "kind", "updated_at", "url"}
    assert get({**person, "company": str(GLOBEX)}).json() == []
    assert get(service).status_code == 403
    assert get({**person, "aud": "elsewhere"}).status_code == 401


@pytest.mark.parametrize("who", PEOPLE)
def test_spaces_records_and_runs_are_cut_the_same(
    request, who, articles, admin, acme_space, internal
):
    kind = records.save_type(type=RecordType(name="Domains", open_to_clients=True), by=admin.user)
    closed = records.save_type(type=RecordType(name="Nets"), by=admin.user)
    rows = {
        name: records.create_record(type=of, space=space, name=name, values={}, by=admin.user)
        for name, of, space in (
            ("open", kind, acme_space), ("closed", closed, acme_space), ("ours", kind, internal),
        )
    }  # fmt: skip
    book = write(internal, admin, "Book", "- [ ] Step")
    Article.objects.filter(pk=book.pk).update(kind="runbook")
    book.refresh_from_db()
    run = runs.start(article=book, space=acme_space, by=admin.user)
    browser = request.getfixturevalue(who).browser
    staff = who in ("admin", "technician", "billing")
    seen = set(rows) if staff else {"open"} if who == "acme" else set()
    listed = {row["name"] for row in browser.get("/api/records/").json()["results"]}
    assert listed == seen
    for name, row in rows.items():
        answer = browser.get(f"/api/records/{row.pk}/")
        assert answer.status_code == (200 if name in seen else 404)
    spaces = {row["name"] for row in browser.get("/api/spaces/").json()["results"]}
    assert spaces == {"acme": {"Acme", "Help"}, "globex": {"Help"}}.get(
        who, {"Acme", "Help", "Handbook"}
    )
    assert browser.get(f"/api/spaces/{acme_space.pk}/").status_code == (
        404 if who == "globex" else 200
    )
    assert browser.get("/api/runs/").status_code == (200 if staff else 403)
    answer = browser.get(f"/api/runs/{run.pk}/")
    assert answer.status_code == (200 if staff else 403)
    if staff:
        assert answer.json()["evidence"]["steps"][0]["text"] == "Step"


def test_a_program_writes_an_article_and_is_told_when_somebody_was_faster(
    technician, colleague, acme_space
):
    body = {"space": str(acme_space.pk), "title": "VPN", "source": "# Hi", "tags": [" Net "]}
    made = send(technician, "post", "/api/articles/", body)
    assert made.status_code == 201
    assert made.json()["tags"] == ["net"]
    address, etag = f"/api/articles/{made.json()['id']}/", made["ETag"]
    assert send(technician, "patch", address, {"title": "X"}).status_code == 428
    changed = send(technician, "patch", address, {"source": "# Ho"}, etag)
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert changed.json()["name"] == "VPN"
    late = send(colleague, "patch", address, {"source": "# Late"}, etag)
    assert (late.status_code, late.json()["code"]) == (412, "precondition_failed")
    assert Article.objects.get().source == "# Ho"
    back = send(technician, "post", address + "revisions/1/restore/", None, changed["ETag"])
    assert (back.status_code, Article.objects.get().source) == (200, "# Hi")
    assert len(technician.browser.get(address + "revisions/").json()) == 3
    assert send(technician, "delete", address, None, "*").status_code == 204
    assert technician.browser.get("/api/articles/").json()["results"] == []
    assert send(technician, "patch", address, {"title": "X"}, "*").status_code == 409
    assert send(technician, "post", address + "restore/", None, "*").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"titel": "X"}, {"title": ""}, {"tags": ["x" * 41]}, {"visibility": "all"}, {"parent": "1"}],
)
def test_a_wrong_value_is_refused_with_its_name(technician, acme_space, wrong):
    body = {"space": str(acme_space.pk), "title": "VPN", **wrong}
    answer = send(technician, "post", "/api/articles/", body)
    assert answer.status_code == 400
    assert any(name.split(".")[0] in wrong for name in answer.json()["errors"])


def test_lists_cost_few_queries(articles, technician, django_assert_max_num_queries):
    for address in ("/api/articles/", "/api/spaces/", "/api/records/", "/api/runs/"):
        with django_assert_max_num_queries(3):
            assert technician.browser.get(address).status_code == 200
