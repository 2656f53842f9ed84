"""The REST API of the directory as its callers see it."""

import pytest
from django.test.utils import CaptureQueriesContext
from django.db import connection
from rest_framework.test import APIClient

from nexus.accounts.models import User
from nexus.directory.models import Company

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    user = User.objects.create_user(
        username="ada", email="ada@msp.example", password=None, permission_level="admin", full_name="Ada"
    )
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_list(admin):
    Company.objects.bulk_create(Company(name=f"C{n%3}", account_number=f"C-{n:04}") for n in range(250))
    seen = []
    url = "/api/companies/?limit=40"
    while url:
        body = admin.get(url).json()
        seen += [row["id"] for row in body["results"]]
        url = body["next"]
    assert len(seen) == len(set(seen)) == 250
    with CaptureQueriesContext(connection, ) as q:
        r = admin.get("/api/companies?limit=100&fields=id,name")
    print(q.captured_queries, r.headers, r.json()["results"][:2])
    for bad in ("limit=0", "fields=nam", "statu=x", "status=zz", "cursor=xx", "id__in=1", "updated_since=x", "ordering=x"):
        r = admin.get("/api/companies/?" + bad)
        print(bad, r.status_code, r.headers["Content-Type"], r.content)
        assert r.status_code == 400
