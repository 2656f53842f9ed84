"""A module in a repository of its own: hm_auth by git URL, its tests, and its way into Nexus.

What is done here is what the README says that ``./hm new-module --to`` writes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.local.databases import Server
from deploy.local.paths import ROOT
from deploy.local.ports import free_port
from deploy.local.process import Process

PASSWORD = "only for a database that is gone soon"
ROLE = "faraway_elsewhere"


@dataclass(frozen=True)
class Elsewhere:
    """The repository of the module, and the environment its commands run in."""

    folder: Path
    environment: dict[str, str]

    def python(self, *arguments: str) -> str:
        command = [str(self.folder / ".venv/bin/python"), *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, text=True, capture_output=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def hm_auth_url(tmp_path_factory) -> str:
    """A git repository with hm_auth as it is here."""
    folder = tmp_path_factory.mktemp("hivematrix")
    made_by_tools = shutil.ignore_patterns("__pycache__", "*.egg-info", "build")
    shutil.copytree(ROOT / "hm_auth", folder / "hm_auth", ignore=made_by_tools)
    author = ("-c", "user.name=Test", "-c", "user.email=test@msp.example")
    for words in (("init", "-q"), ("add", "."), (*author, "commit", "-q", "-m", "hm_auth")):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return f"file://localhost{folder}"


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, hm_auth_url) -> Iterator[Elsewhere]:
    server = Server.from_environment()
    assert server, "run by ./hm test system, which starts PostgreSQL"
    folder = tmp_path_factory.mktemp("elsewhere") / "faraway"
    command = [sys.executable, "-m", "deploy.local.new_module", "faraway", "--to", str(folder)]
    subprocess.run([*command, "--hm-auth-url", hm_auth_url], cwd=ROOT, check=True)
    install(folder)
    server.ensure(ROLE, PASSWORD, may_create=True)
    kept = {
        key: value for key, value in os.environ.items() if not key.startswith(("HM_", "PYTHON"))
    }
    database = {
        "HM_DB_HOST": "127.0.0.1", "HM_DB_PORT": str(server.port), "HM_DB_NAME": ROLE,
        "HM_DB_USER": ROLE, "HM_DB_PASSWORD": PASSWORD,
    }  # fmt: skip
    yield Elsewhere(folder, kept | database)
    server.drop(ROLE)


def install(folder: Path) -> None:
    """Make an environment with nothing of ours in it, and install what the locks name."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    pip = [sys.executable, "-m", "pip", "--python", folder / ".venv", "install", "--quiet"]
    pip += ["--no-input", "--disable-pip-version-check"]
    locks = ["-r", "faraway_project/requirements.txt", "-r", "tests/requirements.txt"]
    for words in (["--require-hashes", *locks], ["--no-deps", "-r", "faraway_project/hm_auth.txt"]):
        subprocess.run([*pip, *words], cwd=folder, check=True)


@pytest.fixture
def faraway(stack, elsewhere) -> Iterator[str]:
    """The module, set up and served; Nexus registers it at the request of an administrator."""
    url = f"http://127.0.0.1:{free_port()}"
    elsewhere.environment.update(
        HM_PUBLIC_URL=url, HM_PORT=url.rpartition(":")[2], HM_NEXUS_URL=stack.urls["nexus"],
        HM_NEXUS_USERNAME="admin", HM_NEXUS_PASSWORD="hivematrix-demo",
    )  # fmt: skip
    output = elsewhere.python("faraway_project/init_db.py", "--non-interactive")
    assert "Registered faraway with Nexus." in output
    command = [
        str(elsewhere.folder / part) for part in (".venv/bin/python", "faraway_project/main.py")
    ]
    log = elsewhere.folder / "faraway.log"
    process = Process("Faraway", command, environment=elsewhere.environment, log=log)
    stack.urls["faraway"] = url
    try:
        process.wait_ready(f"{url}/readyz", seconds=30)
        yield url
    finally:
        del stack.urls["faraway"]
        process.stop()


def test_its_own_tests_pass_with_hm_auth_from_git(elsewhere):
    where = elsewhere.python("-c", "import hm_auth; print(hm_auth.__file__)")
    assert where.startswith(str(elsewhere.folder))
    arguments = ("-c", "tests/faraway/pytest.ini", "--rootdir=tests/faraway", "tests/faraway", "-q")
    assert " passed" in elsewhere.python("-m", "pytest", *arguments)


def test_it_signs_people_in_and_is_in_the_menu(stack, faraway, person):
    admin = person("admin")
    admin.sign_in("faraway")
    form = admin.get("faraway", "/items/new").text
    assert "Globex Logistics" in form  # Nexus says which companies there are
    admin.sign_in("nexus")
    assert faraway in admin.get("nexus", "/").text
    admin.post("faraway", "/auth/logout", {})
    assert not admin.is_signed_in("faraway")
