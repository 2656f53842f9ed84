"""The API of files, comments, records, runs and the tree; and another company's ids there."""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver

from archive.articles.models import Article
from archive.attachments.models import Attachment
from archive.discussion.models import Comment
from archive.records.models import Field, Record
from archive.runbooks.models import Run
from tests.archive.conftest import PNG, write
from tests.archive.test_api import send
from tests.archive.test_exchange import get, packed

STAFF = ("admin", "technician", "billing")


def routes():
    """Every address of the API that names one row, as (path, name of the row)."""

    def walk(patterns, before=""):
        for each in patterns:
            path = before + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, path)
            elif isinstance(each, URLPattern):
                yield path

    found = {re.sub(r"\\Z|[\^$]", "", path) for path in walk(get_resolver().url_patterns)}
    return sorted(
        path for path in found
        if path.startswith("api/") and path.endswith("/") and "(?P<pk>" in path
    )  # fmt: skip


def test_every_address_of_the_api_answers_404_to_the_outsider(theirs, globex, technician):
    rows = {
        "articles": theirs["article"], "attachments": theirs["attachment"],
        "comments": theirs["comment"], "records": theirs["record"], "runs": theirs["run"],
        "spaces": theirs["space"], "imports": theirs["import"], "record-types": None,
        "record-fields": None,
    }  # fmt: skip
    tried = 0
    for path in routes():
        row = rows[path.split("/")[1]]
        if row is None:
            continue  # no company's
        address = "/" + re.sub(r"\(\?P<pk>[^)]*\)", str(row.pk), path)
        address = re.sub(r"\(\?P<number>[^)]*\)", "1", address)
        for method in ("get", "post", "put", "patch", "delete"):
            body = None if method == "get" else {}
            answer = send(globex, method, address, body, "*")
            # 403: not for clients, whatever the id; 405: nothing there by this method.
            assert answer.status_code in (403, 404, 405), (method, address)
            if answer.status_code == 403:
                other = address.replace(str(row.pk), str(uuid.uuid4()))
                assert send(globex, method, other, body, "*").status_code == 403, (method, address)
            tried += answer.status_code != 405
    assert tried > 35
    for name in ("attachments", "comments", "records"):
        assert globex.browser.get(f"/api/{name}/").json()["results"] == []
    for query in (f"article={theirs['article'].pk}", f"space={theirs['space'].pk}"):
        assert globex.browser.get(f"/api/comments/?{query}").json()["results"] == []
        assert globex.browser.get(f"/api/attachments/?{query}").json()["results"] == []
    assert globex.browser.get("/api/search/?q=zebra&space=acme").json() == []


def test_a_body_that_names_somebody_elses_rows_is_refused(theirs, globex, technician):
    wrong = [
        ("/api/comments/", {"article": str(theirs["article"].pk), "text": "x"}),
        ("/api/comments/", {"article": str(uuid.uuid4()), "text": "x"}),
    ]
    for address, body in wrong:
        answer = send(globex, "post", address, body)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["article"])
    assert Comment.objects.count() == 1


def test_a_program_sends_lists_fetches_and_takes_off_a_file(technician, acme, billing, theirs):
    article = theirs["article"]

    def post(person, **more):
        file = SimpleUploadedFile("a<b>.svg", b"<svg onload='alert(1)'/>")
        return person.browser.post("/api/attachments/", {"file": file, **more})

    assert post(billing, article=article.pk).status_code == 403
    assert post(acme, article=article.pk).status_code == 403
    assert post(technician, article=uuid.uuid4()).status_code == 400
    made = post(technician, article=article.pk)
    assert made.status_code == 201
    row = made.json()
    assert acme.browser.get(f"/api/attachments/?article={article.pk}").json()["results"][1] == {
        name: row[name] for name in row if name not in ("uploaded_by_name", "removed_at", "state")
    }
    answer = acme.browser.get(row["url"], headers={"Accept": "image/png"})
    assert answer.getvalue() == b"<svg onload='alert(1)'/>"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    part = acme.browser.get(row["url"], headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.getvalue()) == (206, b"svg")
    small = acme.browser.get(f"/api/attachments/{theirs['attachment'].pk}/thumbnail/")
    assert (small["Content-Type"], small.getvalue()[8:12]) == ("image/webp", b"WEBP")
    assert acme.browser.get(f"/api/attachments/{row['id']}/thumbnail/").status_code == 404
    address = f"/api/attachments/{row['id']}/"
    assert send(technician, "delete", address).status_code == 428
    assert send(technician, "delete", address, None, '"old"').status_code == 412
    assert send(technician, "delete", address, None, made["ETag"]).status_code == 204
    assert acme.browser.get(row["url"]).status_code == 404
    assert send(technician, "post", address + "restore/", None, "*").status_code == 200
    assert acme.browser.get(row["url"]).getvalue()


def test_files_that_were_sent_first_become_the_new_articles(technician, acme_space):
    file = SimpleUploadedFile("p.png", PNG)
    made = technician.browser.post("/api/attachments/", {"file": file}).json()
    body = {
        "space": str(acme_space.pk), "title": "VPN", "kind": "runbook", "pinned": True,
        "source": f"![p](/attachments/{made['id']})", "review_on": "2027-01-31",
    }  # fmt: skip
    article = send(technician, "post", "/api/articles/", body).json()
    assert Attachment.objects.get().article_id == uuid.UUID(article["id"])
    assert (article["kind"], article["pinned"], article["review_on"], article["owner"]) == (
        "runbook", True, "2027-01-31", str(technician.user.pk),
    )  # fmt: skip
    changed = send(
        technician, "patch", f"/api/articles/{article['id']}/", {"pinned": False}, '"1"'
    ).json()
    assert (changed["pinned"], changed["kind"], changed["version"]) == (False, "runbook", 1)


def test_comments_are_said_changed_answered_and_settled(technician, colleague, acme, theirs):
    article = str(theirs["article"].pk)
    said = send(acme, "post", "/api/comments/", {"article": article, "text": "And how?"})
    assert said.status_code == 201
    comment = said.json()
    hidden = send(technician, "post", "/api/comments/", {"article": article, "text": "Hush"})
    assert hidden.json()["internal"] is True
    answer = send(
        technician, "post", "/api/comments/",
        {"article": article, "text": "So.", "thread": comment["id"]},
    ).json()  # fmt: skip
    listed = acme.browser.get(f"/api/comments/?article={article}").json()["results"]
    assert [(row["text"], row["author"]) for row in listed] == [
        ("Why?", "Zoë Client"), ("And how?", "Zoë Client"), ("So.", "Our staff"),
    ]  # fmt: skip
    assert "author_id" not in listed[0]
    address = f"/api/comments/{comment['id']}/"
    assert send(colleague, "patch", address, {"text": "Mine"}, "*").status_code == 403
    assert send(acme, "patch", address, {"text": "How?"}, '"old"').status_code == 412
    assert send(acme, "patch", address, {"text": "How?"}, said["ETag"]).json()["text"] == "How?"
    assert send(acme, "delete", address, None, "*").status_code == 409  # it has an answer
    assert send(colleague, "delete", f"/api/comments/{answer['id']}/", None, "*").status_code == 403
    done = send(technician, "post", address + "resolve/", {"done": True}).json()
    assert done["resolved_at"]


def test_types_fields_and_records_are_made_and_kept_in_step(admin, technician, acme_space):
    kind = send(admin, "post", "/api/record-types/", {"name": "Domains"}).json()
    assert send(technician, "post", "/api/record-types/", {"name": "X"}).status_code == 403
    assert send(admin, "post", "/api/record-types/", {"name": "Domains"}).status_code == 400
    field = send(
        admin, "post", "/api/record-fields/",
        {"type": kind["id"], "name": "Ends", "kind": "date", "expires": True},
    ).json()  # fmt: skip
    secret = {"type": kind["id"], "name": "Password", "kind": "text"}
    assert send(admin, "post", "/api/record-fields/", secret).status_code == 409
    wrong = {"type": kind["id"], "name": "Size", "kind": "text", "expires": True}
    assert send(admin, "post", "/api/record-fields/", wrong).status_code == 400
    body = {"type": "domains", "space": str(acme_space.pk), "name": "a.example"}
    bad = send(technician, "post", "/api/records/", {**body, "values": {field["id"]: "soon"}})
    assert list(bad.json()["errors"]) == [f"values.{field['id']}"]
    made = send(
        technician, "post", "/api/records/", {**body, "values": {field["id"]: "2027-01-31"}}
    )
    assert made.status_code == 201
    address = f"/api/records/{made.json()['id']}/"
    changed = send(technician, "patch", address, {"name": "b.example"}, made["ETag"])
    assert changed.json()["values"] == {field["id"]: "2027-01-31"}
    assert send(technician, "patch", address, {"name": "c"}, made["ETag"]).status_code == 412
    assert send(technician, "delete", address, None, changed["ETag"]).status_code == 204
    assert technician.browser.get("/api/records/").json()["results"] == []
    assert send(technician, "post", address + "restore/", None, "*").status_code == 200
    assert Record.objects.get().name == "b.example"
    types = f"/api/record-types/{kind['id']}/"
    assert send(admin, "patch", types, {"remind": ["no address"]}, "*").status_code == 400
    assert send(admin, "patch", types, {"open_to_clients": True}, "*").status_code == 200
    assert send(admin, "delete", types, None, "*").status_code == 409  # it has a record
    fields = f"/api/record-fields/{field['id']}/"
    assert send(admin, "patch", fields, {"kind": "text"}, "*").status_code == 400  # it expires
    assert send(admin, "delete", fields, None, "*").status_code == 204
    assert not Field.objects.exists()


def test_a_run_is_started_ticked_and_finished(technician, billing, theirs):
    article, space = str(theirs["run"].article_id), str(theirs["space"].pk)
    body = {"article": article, "space": space}
    assert send(billing, "post", "/api/runs/", body).status_code == 403
    made = send(technician, "post", "/api/runs/", body)
    assert made.status_code == 201
    address = f"/api/runs/{made.json()['id']}/"
    assert send(technician, "post", address + "finish/", {}).status_code == 409
    assert send(technician, "post", address + "steps/2/tick/", {}).status_code == 404
    ticked = send(technician, "post", address + "steps/1/tick/", {"note": "ok"}).json()
    assert ticked["evidence"]["steps"][0]["done"]["note"] == "ok"
    assert send(technician, "post", address + "steps/1/tick/", {}).status_code == 409
    assert send(technician, "post", address + "steps/1/untick/").status_code == 200
    assert send(technician, "post", address + "steps/1/tick/", {}).status_code == 200
    assert send(technician, "post", address + "finish/", {"note": "done"}).status_code == 200
    assert Run.objects.get(pk=made.json()["id"]).state == "finished"
    assert send(technician, "post", address + "abandon/", {}).status_code == 409
    not_a_book = {**body, "article": str(theirs["article"].pk)}
    assert send(technician, "post", "/api/runs/", not_a_book).status_code == 409


def test_articles_change_their_place_and_space(technician, internal, acme_space):
    a, b, c = (write(internal, technician, name) for name in "abc")

    def place(article, parent=None, after=None, match="*"):
        body = {"parent": parent and str(parent.pk), "after": after and str(after.pk)}
        return send(technician, "post", f"/api/articles/{article.pk}/place/", body, match)

    def names(parent=None):
        rows = Article.objects.filter(parent=parent).order_by("position")
        return "".join(rows.values_list("title", flat=True))

    assert place(c).status_code == 200
    assert names() == "cab"
    assert place(c, after=a).status_code == 200
    assert names() == "acb"
    assert place(b, parent=a).status_code == 200
    assert (names(), names(a)) == ("ac", "b")
    assert place(a, parent=b).status_code == 409
    assert place(a, after=b).status_code == 409
    assert place(a, match='"7"').status_code == 412
    move = {"space": str(acme_space.pk)}
    address = f"/api/articles/{a.pk}/move/"
    assert send(technician, "post", address, {"space": str(uuid.uuid4())}, "*").status_code == 400
    assert send(technician, "post", address, move, "*").json()["space"] == str(acme_space.pk)
    assert Article.objects.filter(space=acme_space).count() == 2


@pytest.mark.parametrize("who", ["technician", "acme"])
def test_stars_watches_and_votes_are_ones_own(request, who, colleague, articles):
    person, article = request.getfixturevalue(who), articles["acme"]
    address = f"/api/articles/{article.pk}/mine/"
    assert person.browser.get(address).json() == {
        "starred": False, "watched": False, "helpful": None,
    }  # fmt: skip
    send(person, "put", address, {"starred": True, "helpful": True})
    assert send(person, "put", address, {"watched": True}).json() == {
        "starred": True, "watched": True, "helpful": True,
    }  # fmt: skip
    for query in ("starred=true", "watched=true"):
        rows = person.browser.get(f"/api/articles/?{query}").json()["results"]
        assert [row["id"] for row in rows] == [str(article.pk)]
        assert colleague.browser.get(f"/api/articles/?{query}").json()["results"] == []
    space = f"/api/spaces/{article.space_id}/mine/"
    assert send(person, "put", space, {"watched": True}).json() == {"watched": True}
    rows = person.browser.get("/api/spaces/?watched=true").json()["results"]
    assert [row["name"] for row in rows] == ["Acme"]


def test_links_and_backlinks_name_what_one_may_read_only(technician, acme, articles):
    inside, opened = articles["acme_internal"], articles["acme"]
    page = write(
        opened.space, technician, "Hub", "[a](/articles/acme/zebra-printer) "
        "[b](/articles/acme/zebra-firewall)", visibility="client",
    )  # fmt: skip
    secret = write(opened.space, technician, "Plan", "[a](/articles/acme/zebra-printer)")
    rows = {row["href"]: row["target"] for row in get_json(acme, f"articles/{page.pk}/links/")}
    assert rows["/articles/acme/zebra-printer"] == str(opened.pk)
    assert rows["/articles/acme/zebra-firewall"] is None
    rows = get_json(technician, f"articles/{page.pk}/links/")
    assert {row["target"] for row in rows} == {str(opened.pk), str(inside.pk)}
    address = f"articles/{opened.pk}/backlinks/"
    assert [row["name"] for row in get_json(acme, address)] == ["Hub"]
    assert {row["name"] for row in get_json(technician, address)} == {"Hub", secret.title}


def get_json(person, address):
    return person.browser.get(f"/api/{address}").json()


def test_search_answers_passages_and_takes_filters(technician, articles):
    found = get_json(technician, "search/?q=zebra&space=handbook")
    assert {row["name"] for row in found} == {"Zebra handbook", "Zebra slip"}
    assert "<mark>" in found[0]["passage"]
    assert get_json(technician, "search/?q=zebra&tag=none") == []
    assert technician.browser.get("/api/search/?q=zebra&since=soon").status_code == 400


@pytest.mark.parametrize("who", ["admin", "technician", "billing", "acme", "globex"])
def test_files_of_articles_and_spaces_are_for_their_readers(request, who, theirs):
    browser = request.getfixturevalue(who).browser
    article, space = f"/api/articles/{theirs['article'].pk}/", f"/api/spaces/{theirs['space'].pk}/"
    for address, closed in (
        (article + "html/", False), (article + "markdown/", True), (article + "zip/", True),
        (space + "export/", True),
    ):  # fmt: skip
        wanted = 200 if who in STAFF else 403 if closed else 200 if who == "acme" else 404
        assert get(browser, address)[0] == wanted, address
    if who in STAFF:
        names = zipfile.ZipFile(io.BytesIO(get(browser, article + "zip/")[1])).namelist()
        assert names == ["zebra-printer.md", "files/zebra-printer/p.png"]


def test_a_program_imports_a_zip(technician, billing, internal):
    def post(person, content, **more):
        file = SimpleUploadedFile("a.zip", content)
        return person.browser.post(f"/api/spaces/{internal.pk}/import/", {"file": file, **more})

    zipped = packed(**{"a.md": b"# A\n![p](p.png)", "p.png": PNG})
    assert post(billing, zipped).status_code == 403
    assert [row["done"] for row in post(technician, zipped, dry="true").json()] == [
        "new", "attached",
    ]  # fmt: skip
    assert not Article.objects.exists()
    assert post(technician, zipped).status_code == 200
    assert [row["done"] for row in post(technician, zipped).json()] == ["unchanged", "unchanged"]
    assert post(technician, b"no").json()["errors"] == {
        "file": ["This is not a ZIP file that can be read."]
    }


def test_lists_of_the_api_cost_few_queries(theirs, technician, django_assert_max_num_queries):
    for name in ("attachments", "comments", "record-types", "record-fields", "imports"):
        with django_assert_max_num_queries(3):
            assert technician.browser.get(f"/api/{name}/").status_code == 200
    for address, most in (("mine", 6), ("links", 4), ("backlinks", 4)):
        with django_assert_max_num_queries(most):
            path = f"/api/articles/{theirs['article'].pk}/{address}/"
            assert technician.browser.get(path).status_code == 200


def test_the_trash_is_a_list_of_the_staff(technician, acme, articles):
    rows = get_json(technician, "articles/?trashed=true")["results"]
    assert [row["name"] for row in rows] == ["Zebra gone"]
    assert get_json(acme, "articles/?trashed=true")["results"] == []
    assert json.dumps(get_json(acme, "articles/")).count("Zebra gone") == 0
