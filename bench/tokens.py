"""What signing in and refreshing cost Nexus: CPU milliseconds and queries of one request.

    HM_DB_NAME=nexus_bench python bench/tokens.py

with the other ``HM_`` settings of Nexus in the environment or in ``instance/nexus.conf``. The
database is a throwaway: its name has to contain ``bench``; it is migrated and its users and modules
are deleted. CPU milliseconds are those of this process, so of Nexus without PostgreSQL; queries
include BEGIN and COMMIT.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "a password of the benchmark"
REQUESTS = 100


def main() -> None:
    """Prepare, measure, print."""
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
    call_command("default_data", verbosity=0)
    post = _prepare()
    person = {"username": "bench", "password": PASSWORD, "end_user_ip": "192.0.2.1"}
    refresh = post("/api/token/", person)["refresh"]

    def next_refresh() -> None:
        nonlocal refresh
        refresh = post("/api/token/refresh/", {"refresh": refresh})["refresh"]

    def wrong() -> None:
        guess = time.monotonic_ns()  # another name from another address each time: never slowed
        address = f"10.{guess >> 16 & 255}.{guess >> 8 & 255}.{guess & 255}"
        post(
            "/api/token/",
            {**person, "username": f"nobody{guess}", "end_user_ip": address},
            status=401,
        )

    print(f"{'request':<24} {'CPU ms':>7} {'wall ms':>8} {'queries':>7}")
    _measure("/api/token/, password", lambda: post("/api/token/", person))
    _measure("/api/token/, unknown", wrong)
    _measure("/api/token/refresh/", next_refresh)
    _measure("/api/token/service/", lambda: post("/api/token/service/", {}))


def _prepare() -> Callable[..., Any]:
    """Return a function that posts as the module ``bench`` does."""
    from django.db import connection
    from django.test import Client

    from nexus.accounts.operations import create_user
    from nexus.modules.operations import register_module

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_user, signins_throttle CASCADE")
        cursor.execute("DELETE FROM modules_module WHERE client_id = 'bench'")
    create_user(
        username="bench", email="bench@msp.example", full_name="Bench", password=PASSWORD,
        permission_level="technician", by=None,
    )  # fmt: skip
    made = register_module(client_id="bench", name="Bench", url="http://127.0.0.1:5999", by=None)
    pair = base64.b64encode(f"bench:{made.secret}".encode()).decode()
    client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": f"Basic {pair}"})

    def post(path: str, body: dict[str, str], status: int = 200) -> Any:
        answer = client.post(path, json.dumps(body), "application/json")
        if answer.status_code != status:
            sys.exit(f"{path} answered {answer.status_code}: {answer.content!r}")
        return answer.json()

    return post


def _measure(name: str, request: Callable[[], object]) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    request()  # reads the signing keys again, which happens every 15 seconds
    with CaptureQueriesContext(connection) as queries:
        request()
        count = len(queries)  # before the next request clears the log
    cpu, wall = [], []
    for _ in range(REQUESTS):
        started = time.process_time(), time.perf_counter()
        request()
        cpu.append(time.process_time() - started[0])
        wall.append(time.perf_counter() - started[1])
    print(f"{name:<24} {median(cpu) * 1e3:>7.1f} {median(wall) * 1e3:>8.1f} {count:>7}")


if __name__ == "__main__":
    main()
