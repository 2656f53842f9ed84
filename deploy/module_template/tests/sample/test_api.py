"""The REST API: tokens, versions, problems, pages, and a document that says all of it."""

from __future__ import annotations

import json
import uuid

import pytest

from sample.items import operations
from sample.items.models import Item
from tests.sample.conftest import ACME, GLOBEX

pytestmark = pytest.mark.usefixtures("tokens")


def ask(client, who, method="get", place="", body=None, match=None):
    headers = {"Authorization": f"Bearer {who}"} | ({"If-Match": match} if match else {})
    more = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return getattr(client, method)(f"/api/items/{place}", headers=headers, **more)


def test_an_item_is_written_read_and_changed(client, items):
    made = ask(client, "technician", "post", body={"company_id": str(ACME), "title": "Toner"})
    assert made.status_code == 201
    place = f"{made.json()['id']}/"
    read = ask(client, "acme", place=place)
    assert read.json()["title"] == "Toner"
    assert "changed_by" not in read.json()  # for staff only
    etag = read.headers["ETag"]
    changed = ask(client, "technician", "patch", place, {"state": "done"}, etag)
    assert changed.json()["state"] == "done"
    late = ask(client, "technician", "patch", place, {"state": "open"}, etag)
    assert late.status_code == 412
    assert ask(client, "technician", "patch", place, {"state": "open"}).status_code == 428


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"company_id": str(uuid.uuid4()), "title": "X"}, "company_id"),
        ({"company_id": str(ACME), "title": "X", "state": "lost"}, "state"),
        ({"company_id": str(ACME), "title": ""}, "title"),
        ({"company_id": str(ACME), "title": "X", "titel": "Y"}, "titel"),
        ({"company_id": str(ACME), "title": "Printer of acme"}, "non_field_errors"),
    ],
)
def test_what_does_not_fit_is_a_problem_that_names_the_field(client, items, body, field):
    answer = ask(client, "technician", "post", body=body)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in answer.json()["errors"]
    assert Item.objects.count() == 2


def test_an_item_stays_with_its_company(client, items):
    place = f"{items['acme'].pk}/"
    answer = ask(client, "technician", "patch", place, {"company_id": str(GLOBEX)}, "*")
    assert answer.status_code == 400


def test_writing_waits_for_nexus(client, items, nexus):
    nexus.down = True
    body = {"company_id": str(ACME), "title": "Toner"}
    assert ask(client, "technician", "post", body=body).status_code == 503


def test_a_list_is_filtered_and_comes_in_pages(client, people, items, django_assert_num_queries):
    for number in range(3):
        item = Item(company_id=ACME, title=f"No. {number}")
        operations.create(item=item, by=people["technician"].user)
    ask(client, "technician")  # who asks for the first time is written down
    with django_assert_num_queries(1):
        page = ask(client, "technician", place=f"?company={ACME}&search=no&limit=2").json()
    assert len(page["results"]) == 2
    assert page["next"]
    assert ask(client, "technician", place="?titel=x").status_code == 400
    assert ask(client, "nobody").status_code == 401
