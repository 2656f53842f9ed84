"""One fresh Debian for the whole run: it is installed, used, upgraded and taken back, in order."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from deploy.local import suites
from deploy.local.paths import ROOT
from tests.deploy.container import Container, Unable, download_packages
from tests.deploy.visitor import Visitor

DOMAIN = "hivematrix.test"
OLD, NEW, GROWN, WHEELS = "/srv/old", "/srv/new", "/srv/grown", "/srv/wheels"
MODULE = "helpdesk"


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Make and boot it, with this code, the code of the commit before, and all they will fetch."""
    container = Container(tmp_path_factory.mktemp("server"))
    try:
        try:
            container.make()
            container.boot(f"{ROOT}:{NEW}")
        except Unable as why:
            give_up(str(why))
        old = container.root / OLD[1:]
        lay_out_previous_commit(old)
        container.chroot(f"{OLD}/deploy/install.sh", "--download")
        trees = (old, ROOT, ROOT / "deploy/module_template")
        locks = [lock for tree in trees for lock in tree.glob("*_project/requirements.txt")]
        download_packages(container.root / WHEELS[1:], locks)
        with (container.root / "etc/hosts").open("a") as hosts:
            for name in ("nexus", "treasury", "archive", MODULE):
                hosts.write(f"127.0.0.1 {name}.{DOMAIN}\n")
        yield container
    finally:
        container.stop()


@pytest.fixture
def visitor(server):
    return Visitor(server, DOMAIN)


@pytest.fixture(scope="session")
def grown(server):
    """Lay this code with a module of one's own in it onto the server; return the folder here."""
    folder = server.root / GROWN[1:]
    folder.mkdir()
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
    present = "\0".join(name for name in listed.split("\0") if (ROOT / name).is_file())
    pack = ["tar", "-C", ROOT, "--null", "-T", "-", "-c"]
    packed = subprocess.run(pack, input=present.encode(), capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
    new_module = [sys.executable, "-m", "deploy.local.new_module", MODULE, "--title=Help desk"]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run(new_module, cwd=folder, env=environment, check=True, capture_output=True)
    return folder


def give_up(why: str) -> NoReturn:
    """End the run before a test has begun, and tell ``./hm test`` that the machine is to blame."""
    if told := os.environ.get(suites.OBSTACLE):
        Path(told).write_text(why, encoding="utf-8")
    pytest.exit(f"The suite deploy cannot run here: {why}", returncode=pytest.ExitCode.USAGE_ERROR)


def lay_out_previous_commit(folder: Path) -> None:
    """Lay the code of the commit before this one into ``folder``; of this one if it is the first.

    What is not committed yet is compared with what is.
    """
    changed = git("status", "--porcelain", "--untracked-files=no").strip()
    for commit in ("HEAD",) if changed else ("HEAD~1", "HEAD"):
        listed = git("ls-tree", "--name-only", commit, "deploy/install.sh")
        if listed.strip():
            folder.mkdir(parents=True)
            packed = subprocess.run(
                ["git", "-C", ROOT, "archive", commit], capture_output=True, check=True
            ).stdout
            subprocess.run(["tar", "-x", "-C", folder], input=packed, check=True)
            return
    pytest.fail("The suite needs a git clone with the commit before this one.")


def git(*arguments: str) -> str:
    """Return what git says, nothing when it refuses."""
    done = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, *arguments],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout
