"""What a page of the directory costs at 1,000, 10,000 and 100,000 companies.

    HM_DB_NAME=nexus_bench python bench/directory_api.py

with the other ``HM_`` settings of Nexus in the environment or in ``instance/nexus.conf``. The
database is a throwaway: its name has to contain ``bench``, it is migrated, and its companies are
deleted. CPU milliseconds are those of this process, so of Nexus without PostgreSQL; the wall clock
has both.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SIZES = (1_000, 10_000, 100_000)
REQUESTS = 30


class Cost(NamedTuple):
    """Of one request: milliseconds of CPU and of wall clock, number of queries, rows answered."""

    cpu: float
    wall: float
    queries: int
    rows: int


def main() -> None:
    """Seed, measure, print."""
    sys.path[:0] = [str(ROOT), str(ROOT / "nexus_project")]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings")
    os.environ.setdefault("HM_LOG_LEVEL", "ERROR")
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    if "bench" not in connection.settings_dict["NAME"]:
        sys.exit("Give a throwaway database whose name contains `bench` (HM_DB_NAME).")
    call_command("migrate", verbosity=0)
    _empty()
    caller = _caller()
    print(f"{'companies':>9}  {'page':<8} {'CPU ms':>7} {'wall ms':>8} {'queries':>7} {'rows':>5}")
    present = 0
    for size in SIZES:
        _seed(present, size)
        present = size
        for name, path in _pages(size):
            cost = _measure(caller, path)
            print(
                f"{size:>9,}  {name:<8} {cost.cpu:>7.1f} {cost.wall:>8.1f} {cost.queries:>7}"
                f" {cost.rows:>5}"
            )


def _empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE directory_company, accounts_user CASCADE")


def _caller() -> object:
    """Return a client that carries a technician's real access token."""
    from django.utils import timezone
    from rest_framework.test import APIClient

    from nexus.accounts.models import User
    from nexus.signins import keys, minting
    from nexus.signins.models import SignIn, SigningKey

    if not SigningKey.objects.exists():
        keys.announce_key()
    user = User.objects.create_user(
        username="bench", email="bench@msp.example", full_name="Bench", password=None,
        permission_level="technician",
    )  # fmt: skip
    row = SignIn.objects.create(user=user, expires_at=timezone.now() + timedelta(hours=1))
    token = minting.access_token(user=user, sid=row.pk, client_id=minting.DIRECT)
    client = APIClient(SERVER_NAME="127.0.0.1")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def _seed(start: int, stop: int) -> None:
    from django.db import connection

    from nexus.directory.models import Company

    words = ("Harbour", "Meadow", "Granite", "Orchard", "Falcon", "Copper", "Juniper", "Summit")
    kinds = ("Dental", "Logistics", "Legal", "Bakery", "Robotics", "Gardens", "Insurance")
    Company.objects.bulk_create(
        (
            Company(
                account_number=f"B-{number}",
                name=f"{words[number % 8]} {kinds[number % 7]} {number}",
                domains=[f"company{number}.example"],
                tags=["gold"] if number % 10 == 0 else ["silver"],
                notes="Calls on Mondays. " * 5,
                external_ids={"rmm": str(number)},
            )
            for number in range(start, stop)
        ),
        batch_size=2_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE directory_company")


def _pages(size: int) -> Iterator[tuple[str, str]]:
    from hm_auth.rest.pagination import Ordering, encode_cursor
    from nexus.api.directory_views import CompanyViewSet
    from nexus.directory.models import Company

    columns = CompanyViewSet.orderings["name"]
    middle = Company.objects.order_by(*columns)[size // 2]
    cursor = encode_cursor(Ordering("name", columns, descending=False), middle)
    page = "/api/companies/?limit=100"
    yield "first", page
    yield "middle", f"{page}&cursor={cursor}"
    yield "search", f"{page}&search=falcon+dental"
    yield "tag", f"{page}&tag=gold"
    yield "since", f"{page}&ordering=-updated_at&updated_since=2020-01-01T00:00:00Z"


def _measure(caller: object, path: str) -> Cost:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        response = caller.get(path)  # type: ignore[attr-defined]
    queries = len(captured)
    if response.status_code != 200:
        raise SystemExit(f"{path}: {response.status_code} {response.content[:200]!r}")
    cpu, wall = [], []
    for _ in range(REQUESTS):
        started, busy = time.perf_counter(), time.process_time()
        caller.get(path)  # type: ignore[attr-defined]
        cpu.append(time.process_time() - busy)
        wall.append(time.perf_counter() - started)
    rows = len(response.json()["results"])
    return Cost(median(cpu) * 1000, median(wall) * 1000, queries, rows)


if __name__ == "__main__":
    main()
