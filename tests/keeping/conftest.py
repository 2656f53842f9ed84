"""A running installation with people, an issued invoice and a file, to be backed up."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from deploy.local.databases import Server
from deploy.local.paths import ROOT
from deploy.local.postgres import Postgres
from deploy.local.stack import Stack
from hm_auth.service import conf_file
from tests.system.people import Person

PASSWORD = "hivematrix-demo"
FILE = b"%PDF-1.7 the plan of the server room \x00\xff" * 500


def hm(command: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``hm <command>`` as hm does, with nothing of this process's HM_ settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("HM_", "PG"))}
    return subprocess.run(
        [sys.executable, "-P", "-m", f"deploy.keeping.{command}", *map(str, arguments)],
        env={**kept, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip


class Installation:
    """A Stack, its folder, and who administers its PostgreSQL."""

    def __init__(self, stack: Stack, server: Server) -> None:
        self.stack = stack
        self.folder = Path(stack.env("nexus")["HM_INSTANCE_DIR"])
        self.server = server
        self.port = str(server.port)

    def person(self, name: str, service: str) -> Person:
        person = Person(self.stack, name, PASSWORD)
        answer = person.sign_in(service)
        assert answer.ok, answer.text
        assert person.is_signed_in(service)
        return person

    def issue(self) -> str:
        """Issue the first draft there is, as the billing clerk, and return its label."""
        clerk = self.person("billing", "treasury")
        drafts = clerk.get("treasury", "/api/invoices/?status=draft").json()["results"]
        address = f"/invoices/{drafts[0]['id']}"
        answer = clerk.post("treasury", f"{address}/issue", {})
        found = re.search(r"INV-\d{5}", answer.text)
        assert found, answer.text
        return found[0]

    def cursor(self, service: str) -> AbstractContextManager[Any]:
        """Open a service's database behind its back."""
        values = conf_file.read(self.folder / f"{service}.conf")
        return self.server._cursor(values["DB_NAME"])

    def administrator(self) -> Mapping[str, str]:
        """Return the environment that lets hm make databases."""
        return {
            "HM_DB_ADMIN_USER": "postgres",
            "HM_DB_ADMIN_PASSWORD": self.server.password,
            "HM_DB_PORT": self.port,
        }


@pytest.fixture(scope="session")
def server(tmp_path_factory) -> Iterator[Server]:
    """A PostgreSQL whose data lies outside the installation that is going to be deleted."""
    if server := Server.from_environment():
        yield server
        return
    folder = tmp_path_factory.mktemp("postgres")
    for each in (folder, *folder.parents[:2]):
        each.chmod(0o755)  # PostgreSQL may run as another user
    with Postgres(folder, throwaway=True) as made:
        yield made


@pytest.fixture(scope="session")
def installation(server) -> Iterator[Installation]:
    with Stack(demo=True, server=server) as stack:
        made = Installation(stack, server)
        attach(made.person("tech", "archive"))
        yield made


def attach(tech: Person) -> None:
    """Send a file to the first article of the handbook, as the form does."""
    listed = tech.get("archive", "/spaces/handbook").text
    found = re.search(r'href="(/articles/handbook/[\w-]+)"', listed)
    assert found, listed
    address = f"{found[1]}/files"
    page = tech.get("archive", address)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
    assert token, page.text
    url = tech.stack.urls["archive"] + address
    answer = tech.http.post(
        url,
        data={"csrfmiddlewaretoken": token[1]},
        files={"uploads": ("plan.pdf", FILE, "application/pdf")},
        headers={"Referer": url, "Origin": tech.stack.urls["archive"]},
        timeout=20,
    )
    assert "plan.pdf" in answer.text, answer.text
