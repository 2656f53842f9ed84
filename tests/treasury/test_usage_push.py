"""Programs push usage: with a token, once per idempotency key, whole or not at all."""

from __future__ import annotations

import json

import pytest
from django.core.cache import cache
from django.test import Client

from tests.treasury.people import ACME
from tests.treasury.threads import at_once
from treasury.retries.models import Answered
from treasury.usage.models import Device

ROW = {"company": "C-1001", "hostname": "ws-1", "kind": "workstation", "external_id": 42}


@pytest.fixture
def send(nexus):
    """Push rows as the RMM does."""
    token = nexus.service_token(scope="usage:write", sub="rmm", client_id="rmm")

    def push(rows, key="k-1", kind="devices", token=token):
        headers = {"Authorization": f"Bearer {token}"} | ({"Idempotency-Key": key} if key else {})
        body = json.dumps({"rows": rows})
        return Client().post(
            f"/api/usage/{kind}/", body, content_type="application/json", headers=headers
        )

    return push


@pytest.mark.django_db
def test_rows_are_added_and_a_retry_is_answered_the_same_without_doing_it_twice(send, nexus):
    answer = send([ROW])
    assert (answer.status_code, answer.json()) == (200, {"added": 1, "changed": 0, "unchanged": 0})
    Device.objects.all().delete()
    asked = nexus.asked["/api/companies/"]
    assert send([ROW]).json() == answer.json()
    assert not Device.objects.exists()
    assert nexus.asked["/api/companies/"] == asked
    assert send([ROW], key="k-2").json()["added"] == 1
    assert Device.objects.get().external_id == "42"


@pytest.mark.django_db
def test_a_key_that_comes_with_other_rows_is_refused(send):
    send([ROW])
    answer = send([{**ROW, "hostname": "ws-2"}])
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_used")
    assert Device.objects.get().hostname == "ws-1"


@pytest.mark.django_db
def test_one_mistake_refuses_all_rows_and_says_where(send):
    answer = send([ROW, {**ROW, "external_id": 43, "hostname": "ws-2", "kind": "toaster"}])
    assert answer.status_code == 400
    assert "is not one of" in answer.json()["errors"]["rows.1.kind"][0]
    assert not Device.objects.exists()
    assert not Answered.objects.exists(), "the corrected rows may come under the same key"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"rows": []}', '{"rows": [[]]}', '{"rows": [{"hostname": {}}]}', "nope"]
)
def test_what_is_no_list_of_rows_is_a_clear_error(send, nexus, body):
    token = nexus.service_token(scope="usage:write", sub="rmm", client_id="rmm")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "x"}
    address = "/api/usage/devices/"
    answer = Client().post(address, body, content_type="application/json", headers=headers)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.django_db
def test_without_a_key_or_the_scope_nothing_is_taken(send, nexus):
    assert send([ROW], key="").status_code == 400
    other = nexus.service_token(scope="directory:read", sub="rmm", client_id="rmm")
    assert send([ROW], token=other).status_code == 403
    client = nexus.access("acme", company=str(ACME))
    assert send([ROW], token=client).status_code == 403
    assert not Device.objects.exists()


@pytest.mark.django_db
def test_without_nexus_it_says_try_again(send, nexus):
    send([ROW])  # the keys of Nexus are known from here on
    nexus.down = True
    assert send([{**ROW, "note": "x"}], key="k-1b").status_code == 200, "it remembers the companies"
    cache.clear()
    assert send([ROW], key="k-2").status_code == 503


def test_one_key_sent_twice_at_once_does_it_once(send, several_threads):
    answers = at_once([lambda: send([ROW]).json()["added"]] * 4)
    assert answers == [1, 1, 1, 1]
    assert Device.objects.count() == 1
