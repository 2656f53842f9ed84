"""When the second start may skip the set-up, and what a person reads when a step fails."""

from __future__ import annotations

import errno
import importlib.metadata
import os
import queue
import sys
import threading
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from deploy.local import console, fingerprint, waiting
from deploy.local.paths import LOCKS, ROOT
from deploy.local.process import Process


@pytest.fixture
def project(tmp_path):
    (tmp_path / "app/migrations").mkdir(parents=True)
    (tmp_path / "app/models.py").write_text("a = 1")
    return tmp_path


def test_nothing_changed_means_the_same_fingerprint(project):
    before = fingerprint.of([project])
    (project / "app/__pycache__").mkdir()
    (project / "app/__pycache__/models.pyc").write_text("compiled")
    (project / "instance").mkdir()
    (project / "instance/nexus.conf").write_text("KEY=value")
    os.utime(project / "app/models.py", (1, 1))
    assert fingerprint.of([project]) == before


@pytest.mark.parametrize("path", ["app/models.py", "app/migrations/0002_more.py", "app/data.json"])
def test_a_change_of_code_migrations_or_data_sets_up_again(project, path):
    before = fingerprint.of([project])
    (project / path).write_text("b = 2")
    assert fingerprint.of([project]) != before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_sentence(capsys, number):
    def main() -> None:
        raise OSError(number, os.strerror(number))

    with pytest.raises(SystemExit) as stopped:
        console.run(main)
    assert stopped.value.code == 1
    assert capsys.readouterr().err == f"{console.FULL}\n"


def test_a_full_disk_in_a_program_we_started_is_the_same_sentence():
    output = "initdb: error: could not write file: No space left on device"
    assert str(console.failed("PostgreSQL's initdb", output)) == console.FULL


def test_a_failed_step_shows_its_last_words():
    assert "  cannot find it" in str(console.failed("Setting up", "one\ncannot find it\n"))


def test_a_service_that_dies_is_named_with_its_last_lines(tmp_path):
    code = "import sys; print('no such table', file=sys.stderr); sys.exit(3)"
    command = [sys.executable, "-c", code]
    process = Process("Nexus", command, environment=os.environ, log=tmp_path / "nexus.log")
    try:
        with pytest.raises(console.Problem, match=r"(?s)Nexus stopped by itself.*3.*no such table"):
            process.wait_ready("http://127.0.0.1:9/readyz", seconds=10)
    finally:
        process.stop()


def test_stopping_a_service_stops_its_children_too(tmp_path):
    heard: queue.Queue[str] = queue.Queue()
    code = (
        "import subprocess as s; child = s.Popen(['sleep', '60']); print(child.pid); child.wait()"
    )
    process = Process(
        "Nexus",
        [sys.executable, "-u", "-c", code],
        environment=os.environ,
        log=tmp_path / "nexus.log",
        listener=lambda line, _is_error: heard.put(line),
    )
    child = Path("/proc", heard.get(timeout=10), "stat")
    assert child.exists()
    process.stop()
    assert not child.exists() or child.read_text().split()[2] == "Z", "it still runs"


def test_the_second_of_two_waits_and_says_so(tmp_path, capsys):
    path = tmp_path / "lock"
    with waiting.exclusive(path, "Waiting."):
        assert waiting.is_held(path)
        second = threading.Thread(target=_hold, args=[path])
        second.start()
        second.join(0.2)
        assert second.is_alive()
    second.join(5)
    assert not second.is_alive()
    assert "Waiting." in capsys.readouterr().out


def _hold(path) -> None:
    with waiting.exclusive(path, "Waiting."):
        pass


@pytest.mark.parametrize("name", [name for group in LOCKS.values() for name in group])
def test_a_lock_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text()
    pins = [line for line in text.splitlines() if "==" in line]
    assert pins
    assert all(line.endswith("\\") for line in pins), "a package without a hash"
    assert "://" not in text
    assert "index" not in text
    assert str(ROOT) not in text


@pytest.mark.parametrize("name", LOCKS["run"])
def test_what_runs_on_a_server_runs_on_the_python_of_debian_12(name):
    packages = [
        line.split("==")[0] for line in (ROOT / name).read_text().splitlines() if "==" in line
    ]
    for package in packages:
        wanted = importlib.metadata.metadata(package).get("Requires-Python") or ""
        assert SpecifierSet(wanted).contains("3.11.2"), f"{package} wants Python {wanted}"


def test_all_locks_have_the_same_version_of_a_package():
    versions: dict[str, set[str]] = {}
    for name in (name for group in LOCKS.values() for name in group):
        for line in (ROOT / name).read_text().splitlines():
            package, equals, version = line.partition("==")
            if equals:
                versions.setdefault(package, set()).add(version)
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


@pytest.mark.parametrize("version", ["3.12.3", "3.13.5"])  # of Ubuntu 24.04 and Debian 13
@pytest.mark.parametrize("name", LOCKS["run"])
def test_a_lock_has_all_that_a_newer_python_wants(name, version):
    packages = {
        canonicalize_name(line.split("==")[0])
        for line in (ROOT / name).read_text().splitlines()
        if "==" in line
    }
    python = {"python_version": version.rpartition(".")[0], "python_full_version": version}
    for package in packages:
        of_it = importlib.metadata.metadata(package)
        assert SpecifierSet(of_it.get("Requires-Python") or "").contains(version), package
        for wanted in map(Requirement, of_it.get_all("Requires-Dist") or ()):
            if wanted.marker is None or wanted.marker.evaluate({**python, "extra": ""}):
                assert canonicalize_name(wanted.name) in packages, f"{package} wants {wanted}"
